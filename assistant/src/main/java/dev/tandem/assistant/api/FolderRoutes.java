package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.CommandRoutes.durable;
import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.path;
import static dev.tandem.assistant.api.LocalApi.required;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.util.Optional;

/** The part of the local API about git remotes, the history of files, and paired devices. */
final class FolderRoutes {
    private final Actions actions;

    FolderRoutes(Actions actions) {
        this.actions = actions;
    }

    void add(LocalApi.Routes routes) {
        routes.add(HandlerType.GET, "/api/remotes", this::remotes);
        routes.add(HandlerType.POST, "/api/remotes", this::addRemote);
        routes.add(HandlerType.DELETE, "/api/remotes", this::removeRemote);
        routes.add(HandlerType.POST, "/api/history", this::history);
        routes.add(HandlerType.POST, "/api/restore", this::restore);
        routes.add(HandlerType.GET, "/api/peers", request -> answer(request, new Requests.Peers(actions.peers())));
        routes.add(HandlerType.DELETE, "/api/peers", this::forget);
        routes.add(HandlerType.POST, "/api/peers", this::rename);
    }

    private void remotes(Context request) throws Exception {
        answer(request, new Requests.Remotes(actions.remotes(required(request.queryParam("folder"), "folder"))));
    }

    private void addRemote(Context request) throws Exception {
        Requests.AddRemote body = body(request, Requests.AddRemote.class);
        durable(actions, request)
                .addRemote(
                        required(body.folder(), "folder"), required(body.name(), "name"), required(body.url(), "url"));
        answer(request, LocalApi.DONE);
    }

    private void history(Context request) throws Exception {
        String path = required(body(request, Requests.History.class).path(), "path");
        answer(request, new Requests.Versions(actions.history(path(path))));
    }

    private void restore(Context request) throws Exception {
        Requests.Restore body = body(request, Requests.Restore.class);
        String to = body.to();
        Optional<Path> where = to == null ? Optional.empty() : Optional.of(path(to));
        answer(
                request,
                durable(actions, request)
                        .restore(path(required(body.path(), "path")), required(body.at(), "at"), where));
    }

    private void forget(Context request) throws Exception {
        answer(request, durable(actions, request).forget(required(request.queryParam("device"), "device")));
    }

    private void rename(Context request) throws Exception {
        Requests.Rename body = body(request, Requests.Rename.class);
        actions.rename(required(body.device(), "device"), required(body.name(), "name"));
        answer(request, LocalApi.DONE);
    }

    private void removeRemote(Context request) throws Exception {
        durable(actions, request)
                .removeRemote(
                        required(request.queryParam("folder"), "folder"), required(request.queryParam("name"), "name"));
        answer(request, LocalApi.DONE);
    }
}
