package dev.tandem.assistant.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dashboard's files, all from the program itself. Any thread. */
final class Page {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private Page() {}

    static void add(LocalApi.Routes routes) {
        routes.add(HandlerType.GET, "/", request -> file(request, "index.html"));
        routes.add(HandlerType.GET, "/{file}", request -> file(request, request.pathParam("file")));
        routes.add(HandlerType.GET, "/views/{file}", request -> file(request, "views/" + request.pathParam("file")));
    }

    private static void file(Context request, String name) throws IOException, Refused {
        // The classes lie beside these files, and names with dots above them.
        @Nullable
        String type =
                name.matches("(views/)?[a-z]+\\.[a-z]+") ? TYPES.get(name.substring(name.indexOf('.') + 1)) : null;
        try (InputStream resource = type == null ? null : LocalApi.class.getResourceAsStream(name)) {
            if (resource == null || type == null) {
                throw new Refused(404, "usage", request.path() + " not found");
            }
            request.contentType(type).result(resource.readAllBytes());
        }
    }
}
