package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.required;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of the local API that looks into history, settles conflicts and undoes merges. */
final class HistoryRoutes {
    private static final int PAGE = 50;
    private static final int PAGE_MAX = 200;

    /** As git shows. */
    private static final int CONTEXT = 3;

    /** What a browser shows and can do no harm with: no SVG, which may hold scripts. */
    private static final Map<String, String> PICTURES = Map.of(
            "png", "image/png", "jpg", "image/jpeg", "jpeg", "image/jpeg", "gif", "image/gif", "webp", "image/webp");

    private final HistoryViews views;

    HistoryRoutes(HistoryViews views) {
        this.views = views;
    }

    record Keep(String folder, String path, String keep, List<HistoryViews.Shown> sides) {}

    record KeepBoth(String folder, String path, List<HistoryViews.Shown> sides) {}

    record Undo(
            String folder,
            String merge,
            String side,
            @Nullable List<HistoryViews.SeenFile> files) {}

    void add(LocalApi.Routes routes) {
        routes.add(HandlerType.GET, "/api/history/steps", this::steps);
        routes.add(
                HandlerType.GET,
                "/api/history/step",
                request -> answer(request, views.step(folder(request), query(request, "commit"))));
        routes.add(HandlerType.GET, "/api/history/deleted", request -> answer(request, views.deleted(folder(request))));
        routes.add(
                HandlerType.GET,
                "/api/history/directory",
                request -> answer(request, views.directory(folder(request), query(request, "path"))));
        routes.add(HandlerType.GET, "/api/history/diff", this::diff);
        routes.add(HandlerType.GET, "/api/history/content", this::content);
        routes.add(
                HandlerType.GET,
                "/api/conflicts",
                request -> answer(request, views.conflicts(Optional.ofNullable(request.queryParam("folder")))));
        routes.add(HandlerType.POST, "/api/conflicts/keep", this::keep);
        routes.add(HandlerType.POST, "/api/conflicts/keep-both", this::keepBoth);
        routes.add(HandlerType.GET, "/api/merges", this::merges);
        routes.add(
                HandlerType.GET,
                "/api/merges/merge",
                request -> answer(request, views.merge(folder(request), query(request, "commit"))));
        routes.add(HandlerType.POST, "/api/merges/undo", this::undo);
    }

    private void steps(Context request) throws Exception {
        answer(request, views.steps(folder(request), paging(request)));
    }

    private void merges(Context request) throws Exception {
        answer(request, views.merges(folder(request), paging(request)));
    }

    private void diff(Context request) throws Exception {
        String from = request.queryParam("from");
        answer(
                request,
                views.diff(
                        folder(request),
                        new HistoryViews.Compared(
                                query(request, "path"),
                                Optional.ofNullable(request.queryParam("to")),
                                from == null ? "parent" : from,
                                Optional.ofNullable(request.queryParam("fromPath")),
                                number(request, "context", CONTEXT, Integer.MAX_VALUE))));
    }

    /**
     * Saved by the browser and never opened as a page of ours, whatever it claims to be; pictures may be shown in one.
     */
    private void content(Context request) throws Exception {
        Optional<String> commit = Optional.ofNullable(request.queryParam("commit"));
        HistoryViews.Content content = views.content(folder(request), query(request, "path"), commit);
        String ending =
                content.name().substring(content.name().lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String name = URLEncoder.encode(content.name(), StandardCharsets.UTF_8).replace("+", "%20");
        request.contentType(PICTURES.getOrDefault(ending, "application/octet-stream"));
        request.header("Content-Disposition", "attachment; filename*=UTF-8''" + name);
        try (InputStream bytes = content.bytes()) {
            request.res().setContentLengthLong(content.size());
            bytes.transferTo(request.res().getOutputStream());
        }
    }

    private void keep(Context request) throws Exception {
        Keep body = body(request, Keep.class);
        views.keep(
                required(body.folder, "folder"),
                required(body.path, "path"),
                required(body.keep, "keep"),
                sides(body.sides));
        answer(request, LocalApi.DONE);
    }

    private void keepBoth(Context request) throws Exception {
        KeepBoth body = body(request, KeepBoth.class);
        views.keepBoth(required(body.folder, "folder"), required(body.path, "path"), sides(body.sides));
        answer(request, LocalApi.DONE);
    }

    private static List<HistoryViews.Shown> sides(@Nullable List<HistoryViews.Shown> sides) throws Refused {
        List<HistoryViews.Shown> given = required(sides, "sides");
        for (HistoryViews.Shown side : given) {
            required(side.path(), "the path of a side");
            required(side.id(), "the id of a side");
        }
        return given;
    }

    private void undo(Context request) throws Exception {
        Undo body = body(request, Undo.class);
        if (body.files != null) {
            for (HistoryViews.SeenFile file : body.files) {
                required(file.path(), "the path of a file");
                required(file.seen(), "what a file was seen to be");
            }
        }
        views.undo(
                required(body.folder, "folder"),
                required(body.merge, "merge"),
                required(body.side, "side"),
                body.files);
        answer(request, LocalApi.DONE);
    }

    private static String folder(Context request) throws Refused {
        return query(request, "folder");
    }

    private static String query(Context request, String name) throws Refused {
        return required(request.queryParam(name), name);
    }

    private static HistoryViews.Paging paging(Context request) throws Refused {
        return new HistoryViews.Paging(
                Optional.ofNullable(request.queryParam("head")),
                number(request, "from", 0, Integer.MAX_VALUE),
                number(request, "limit", PAGE, PAGE_MAX));
    }

    private static int number(Context request, String name, int otherwise, int most) throws Refused {
        return (int) JournalRoutes.number(request, name, otherwise, most);
    }
}
