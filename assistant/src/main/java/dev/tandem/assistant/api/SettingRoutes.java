package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.required;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import org.jspecify.annotations.Nullable;

/** The part of the local API about what may move, and about what is large, wanted or ignored in a folder. */
public final class SettingRoutes {
    private final Limiting limits;
    private final Wanting wanting;
    private final FolderSettings folders;

    /** A folder and an expression about it. */
    private record Want(@Nullable String folder, @Nullable String expression) {}

    private record Ignore(
            @Nullable String folder,
            @Nullable String seen,
            @Nullable String text) {}

    /** To whom the questions go. */
    public SettingRoutes(Limiting limits, Wanting wanting, FolderSettings folders) {
        this.limits = limits;
        this.wanting = wanting;
        this.folders = folders;
    }

    void add(LocalApi.Routes routes) {
        routes.add(HandlerType.GET, "/api/limits", request -> answer(request, limits.state()));
        routes.add(
                HandlerType.POST,
                "/api/limits",
                request -> answer(request, limits.change(body(request, Limiting.Change.class))));
        routes.add(
                HandlerType.GET,
                "/api/wanted",
                request -> answer(request, wanting.wanted(required(request.queryParam("folder"), "folder"))));
        routes.add(HandlerType.POST, "/api/wanted", this::want);
        routes.add(
                HandlerType.GET,
                "/api/settings/largefiles",
                request -> answer(request, folders.large(required(request.queryParam("folder"), "folder"))));
        routes.add(HandlerType.POST, "/api/settings/largefiles", this::large);
        routes.add(
                HandlerType.GET,
                "/api/settings/ignore",
                request -> answer(request, folders.ignored(required(request.queryParam("folder"), "folder"))));
        routes.add(HandlerType.POST, "/api/settings/ignore", this::ignore);
    }

    private void large(Context request) throws Exception {
        Want rule = body(request, Want.class);
        answer(request, folders.large(required(rule.folder(), "folder"), required(rule.expression(), "expression")));
    }

    private void ignore(Context request) throws Exception {
        Ignore ignore = body(request, Ignore.class);
        answer(
                request,
                folders.ignore(
                        required(ignore.folder(), "folder"),
                        required(ignore.seen(), "seen"),
                        required(ignore.text(), "text")));
    }

    private void want(Context request) throws Exception {
        Want wish = body(request, Want.class);
        answer(request, wanting.want(required(wish.folder(), "folder"), required(wish.expression(), "expression")));
    }
}
