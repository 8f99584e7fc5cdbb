package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.required;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import org.jspecify.annotations.Nullable;

/** The part of the local API about what may move, and which large files are wanted. */
public final class SettingRoutes {
    private final Limiting limits;
    private final Wanting wanting;

    /** What a wish is about. */
    private record Want(@Nullable String folder, @Nullable String expression) {}

    /** To whom the questions go. */
    public SettingRoutes(Limiting limits, Wanting wanting) {
        this.limits = limits;
        this.wanting = wanting;
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
    }

    private void want(Context request) throws Exception {
        Want wish = body(request, Want.class);
        answer(request, wanting.want(required(wish.folder(), "folder"), required(wish.expression(), "expression")));
    }
}
