/*
 * The views, in the order of the navigation; each is a module views/NAME.js that exports
 *   id                     its address, as in #/id?name=value
 *   title                  its name in the navigation and its heading
 *   isDetail               optional, true for one that is reached from others only, not from the navigation
 *   show(element, parameters, api)
 *                          draws into an empty element; parameters is a URLSearchParams; api is that of api.js,
 *                          whose subscriptions end by themselves when the user goes elsewhere
 */
const names = [
  "folders", "pair", "timeline", "history", "conflicts", "merges", "devices", "remotes", "accounts", "settings",
];

export const views = await Promise.all(names.map((name) => import("/views/" + name + ".js")));
