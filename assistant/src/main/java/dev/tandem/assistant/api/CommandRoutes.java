package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.path;
import static dev.tandem.assistant.api.LocalApi.required;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of the local API that asks the daemon to do something: accounts, folders, pairing, sync, contents. */
final class CommandRoutes {
    /** A sync that takes longer is asked for again. */
    static final Duration MAX_TIMEOUT = Duration.ofHours(1);

    /** The header with the name under which a request may be repeated. */
    static final String REQUEST_NAME = "Idempotency-Key";

    private final Actions actions;

    CommandRoutes(Actions actions) {
        this.actions = actions;
    }

    void add(LocalApi.Routes routes) {
        routes.add(HandlerType.POST, "/api/accounts", request -> addAccount(request, actions::addAccount));
        routes.add(HandlerType.POST, "/api/accounts/new", request -> addAccount(request, actions::registerAccount));
        routes.add(HandlerType.DELETE, "/api/accounts", this::removeAccount);
        routes.add(HandlerType.POST, "/api/folders", this::addFolder);
        routes.add(HandlerType.DELETE, "/api/folders", this::removeFolder);
        routes.add(HandlerType.POST, "/api/offers", this::offer);
        routes.add(HandlerType.POST, "/api/offers/qr", this::qr);
        routes.add(HandlerType.POST, "/api/offers/wait", this::awaitPaired);
        routes.add(HandlerType.POST, "/api/join", this::join);
        routes.add(HandlerType.POST, "/api/sync", this::sync);
        routes.add(HandlerType.POST, "/api/get", this::get);
        routes.add(HandlerType.POST, "/api/drop", this::drop);
        routes.add(HandlerType.POST, "/api/whereis", this::whereis);
        routes.add(HandlerType.POST, "/api/doctor", this::doctor);
        routes.add(HandlerType.POST, "/api/confirm", request -> decideDeletion(request, true));
        routes.add(HandlerType.POST, "/api/undo", request -> decideDeletion(request, false));
        routes.add(HandlerType.GET, "/api/queue", request -> answer(request, new Requests.Queue(actions.queue())));
        routes.add(HandlerType.POST, "/api/queue/retry", this::retry);
        routes.add(HandlerType.POST, "/api/queue/cancel", this::cancel);
        routes.add(HandlerType.POST, "/api/pause", this::pause);
        routes.add(HandlerType.POST, "/api/resume", this::resume);
    }

    /** What outlives the asking is done once under the name that the caller gives it, and else under one of ours. */
    static Actions durable(Actions actions, Context request) throws Refused {
        String name = request.header(REQUEST_NAME);
        if (name == null) {
            return actions;
        }
        if (!name.matches("[A-Za-z0-9._-]{8,64}")) {
            throw new Refused(400, "usage", REQUEST_NAME + " is 8 to 64 letters, digits, dots and dashes");
        }
        return actions.under(name);
    }

    private interface Enter {
        void account(Actions.NewAccount account) throws ActionFailed;
    }

    private void addAccount(Context request, Enter enter) throws Exception {
        Actions.NewAccount account = body(request, Actions.NewAccount.class);
        required(account.jid(), "jid");
        required(account.password(), "password");
        enter.account(account);
        answer(request, LocalApi.DONE);
    }

    private void removeAccount(Context request) throws Exception {
        actions.removeAccount(required(request.queryParam("jid"), "jid"));
        answer(request, LocalApi.DONE);
    }

    private void addFolder(Context request) throws Exception {
        Requests.AddFolder body = body(request, Requests.AddFolder.class);
        answer(
                request,
                durable(actions, request)
                        .addFolder(path(required(body.path(), "path")), Optional.ofNullable(body.name())));
    }

    private void removeFolder(Context request) throws Exception {
        actions.removeFolder(required(request.queryParam("name"), "name"));
        answer(request, LocalApi.DONE);
    }

    private void offer(Context request) throws Exception {
        answer(
                request,
                durable(actions, request)
                        .offer(required(body(request, Requests.Named.class).folder(), "folder")));
    }

    /** What another device's camera reads: the same line that {@code tandem pair --print} prints. */
    private void qr(Context request) throws Exception {
        Actions.Offer offer = required(body(request, Requests.Drawn.class).offer(), "offer");
        String line = required(offer.jid(), "jid") + " " + required(offer.code(), "code");
        if (line.length() > QrModules.MAX_LENGTH) {
            throw new Refused(400, "usage", "too long for a QR code: " + line.length() + " characters");
        }
        answer(request, new Requests.Qr(QrModules.MARGIN, QrModules.rows(line)));
    }

    private void awaitPaired(Context request) throws Exception {
        Requests.Await body = body(request, Requests.Await.class);
        Actions.Offer offer = required(body.offer(), "offer");
        answer(request, actions.awaitPaired(offer, timeout(body.timeoutSeconds(), LocalApi.MAX_PATIENCE)));
    }

    private void join(Context request) throws Exception {
        Requests.Join body = body(request, Requests.Join.class);
        String directory = body.directory();
        Optional<Path> where = directory == null ? Optional.empty() : Optional.of(path(directory));
        answer(
                request,
                durable(actions, request).join(required(body.jid(), "jid"), required(body.code(), "code"), where));
    }

    private void sync(Context request) throws Exception {
        Requests.Sync body = body(request, Requests.Sync.class);
        Duration timeout = timeout(body.timeoutSeconds(), MAX_TIMEOUT);
        answer(request, new Requests.Syncs(actions.sync(Optional.ofNullable(body.folder()), timeout)));
    }

    private void get(Context request) throws Exception {
        Requests.Get body = body(request, Requests.Get.class);
        Duration timeout = timeout(body.timeoutSeconds(), MAX_TIMEOUT);
        answer(request, new Requests.Contents(durable(actions, request).get(paths(body.paths()), timeout)));
    }

    private void drop(Context request) throws Exception {
        Requests.Drop body = body(request, Requests.Drop.class);
        answer(request, new Requests.Contents(durable(actions, request).drop(paths(body.paths()), body.force())));
    }

    private void whereis(Context request) throws Exception {
        List<Path> paths = paths(body(request, Requests.Paths.class).paths());
        answer(request, new Requests.Places(actions.whereis(paths)));
    }

    private static List<Path> paths(@Nullable List<String> texts) throws Refused {
        List<Path> paths = new ArrayList<>();
        for (String text : required(texts, "paths")) {
            paths.add(path(text));
        }
        return paths;
    }

    private void doctor(Context request) throws Exception {
        Requests.Doctor body = body(request, Requests.Doctor.class);
        answer(request, actions.examine(Optional.ofNullable(body.folder()), body.repair()));
    }

    private void decideDeletion(Context request, boolean meant) throws Exception {
        actions.decideDeletion(required(body(request, Requests.Named.class).folder(), "folder"), meant);
        answer(request, LocalApi.DONE);
    }

    private void retry(Context request) throws Exception {
        actions.retry(required(body(request, Requests.Numbered.class).id(), "id"));
        answer(request, LocalApi.DONE);
    }

    private void cancel(Context request) throws Exception {
        actions.cancel(required(body(request, Requests.Numbered.class).id(), "id"));
        answer(request, LocalApi.DONE);
    }

    private void pause(Context request) throws Exception {
        actions.pause(Optional.ofNullable(body(request, Requests.Named.class).folder()));
        answer(request, LocalApi.DONE);
    }

    private void resume(Context request) throws Exception {
        actions.resume(Optional.ofNullable(body(request, Requests.Named.class).folder()));
        answer(request, LocalApi.DONE);
    }

    private static Duration timeout(int seconds, Duration max) {
        Duration asked = Duration.ofSeconds(Math.max(seconds, 0));
        return asked.compareTo(max) > 0 ? max : asked;
    }
}
