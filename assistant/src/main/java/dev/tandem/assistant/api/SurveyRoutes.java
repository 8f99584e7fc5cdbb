package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.required;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tandem.assistant.store.Journal;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** The part of the local API that asks all devices: answers are JSON objects, a line each, as they come. */
final class SurveyRoutes {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Actions actions;
    private final InstantSource clock;

    SurveyRoutes(Actions actions, InstantSource clock) {
        this.actions = actions;
        this.clock = clock;
    }

    void add(LocalApi.Routes routes) {
        routes.add(HandlerType.GET, "/api/all/status", this::status);
        routes.add(HandlerType.GET, "/api/all/log", this::log);
    }

    private void status(Context request) throws Exception {
        actions.statusOfAll(client(request), answer -> line(request, answer));
    }

    private void log(Context request) throws Exception {
        String ago = request.queryParam("ago");
        Instant since = ago == null
                ? Instant.ofEpochMilli(number(required(request.queryParam("since"), "since")))
                : clock.instant().minusSeconds(number(ago));
        actions.logOfAll(client(request), since, entry -> line(request, fields(entry)));
        if (!request.res().isCommitted()) {
            request.contentType("application/x-ndjson").result("");
        }
    }

    private static long number(String text) throws Refused {
        if (!text.matches("[0-9]{1,15}")) {
            throw new Refused(400, "usage", "not a number of milliseconds or seconds: " + text);
        }
        return Long.parseLong(text);
    }

    /** Who asks: its next question waits for this one. */
    private static String client(Context request) throws Refused {
        String client = required(request.queryParam("client"), "client");
        if (!client.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new Refused(400, "usage", "client is 1 to 64 letters, digits, dots and dashes");
        }
        return client;
    }

    private static Map<String, Object> fields(Actions.DeviceEntry told) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("onDevice", told.device());
        fields.put("on", told.name());
        Journal.Entry entry = told.entry();
        if (entry == null) {
            fields.put("type", "unanswered");
            fields.put("reason", String.valueOf(told.reason()));
        } else {
            fields.put("cursor", entry.cursor());
            fields.put("time", entry.time().toString());
            fields.put("type", entry.type());
            fields.put("folder", String.valueOf(entry.folder()));
            entry.fields().forEach(fields::putIfAbsent);
        }
        return fields;
    }

    /** Written at once: whoever went away is noticed by the failure, which ends the question. */
    private static void line(Context request, Object value) {
        try {
            request.contentType("application/x-ndjson");
            OutputStream out = request.outputStream();
            out.write(JSON.writeValueAsBytes(value));
            out.write('\n');
            out.flush();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
