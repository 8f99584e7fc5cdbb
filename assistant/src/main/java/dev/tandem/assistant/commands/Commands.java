package dev.tandem.assistant.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;

/** The kinds' names, and how commands and results are written. */
public final class Commands {
    /** Of the arguments' form; a row of a later one is left to a later program. */
    public static final int VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private static final Map<String, Class<? extends Command>> KINDS = Map.of( // their names are stored
            "add", Command.Add.class,
            "pair-offer", Command.PairOffer.class,
            "pair-join", Command.PairJoin.class,
            "get", Command.Get.class,
            "drop", Command.Drop.class,
            "restore", Command.Restore.class,
            "remote-add", Command.AddRemote.class,
            "remote-remove", Command.RemoveRemote.class,
            "peer-forget", Command.Forget.class);

    private Commands() {}

    /** What cannot be read by this program. */
    public static final class Undecodable extends Exception {
        private static final long serialVersionUID = 1;

        private Undecodable(String reason) {
            super(reason);
        }
    }

    /** The name of a command's kind. */
    public static String kind(Command command) {
        return KINDS.entrySet().stream()
                .filter(kind -> kind.getValue() == command.getClass())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a kind without a name: " + command.getClass()));
    }

    static String encode(Command command) {
        return write(command);
    }

    /** A result, or anything else that is kept as JSON. */
    public static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    /** The reverse of {@link #write}. */
    public static <T> T read(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    /** The command of a row. */
    public static Command decode(CommandRow row) throws Undecodable {
        Class<? extends Command> type = KINDS.get(row.kind());
        if (type == null || row.version() > VERSION) {
            throw new Undecodable("a command of the kind " + row.kind() + " " + row.version()
                    + " is not known to this version of Tandem: it was not carried out; update Tandem, or ask again");
        }
        try {
            return JSON.readValue(row.arguments(), type);
        } catch (JsonProcessingException damaged) {
            throw new Undecodable("a command of the kind " + row.kind()
                    + " cannot be read any more: it was not carried out; ask again");
        }
    }
}
