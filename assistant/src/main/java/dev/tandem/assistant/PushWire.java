package dev.tandem.assistant;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tandem.assistant.core.Announcement;
import dev.tandem.assistant.core.Reply;
import dev.tandem.assistant.core.Tips;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a push as they travel: small JSON objects, checked before anything believes them. Unknown fields are
 * ignored, so that a newer peer may say more.
 */
final class PushWire {
    /** The request {@code CanPush}: {@link Message} with tips, answered by {@link Answer}. */
    static final String CAN_PUSH = "push.can";

    /** The request {@code PushRequest}: {@link Message} without tips, answered by {@link Answer}. */
    static final String REQUEST = "push.request";

    /** The stream {@code StartingPush}: opened with a {@link Message}. */
    static final String STREAM = "push";

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private PushWire() {}

    /**
     * From one repository to another.
     *
     * @param to the receiving repository's annex UUID, which also names the folder
     * @param from the sending repository's
     * @param head see {@link Tips}, as is {@code annex}
     * @param view see {@link Announcement}, as are {@code settled} and {@code coming}; absent where nothing is
     *     announced
     */
    record Message(
            UUID to,
            UUID from,
            @Nullable String head,
            @Nullable String annex,
            @Nullable Long view,
            @Nullable Boolean settled,
            @Nullable Integer coming) {
        static Message bare(UUID to, UUID from) {
            return new Message(to, from, null, null, null, null, null);
        }

        static Message of(UUID to, UUID from, Announcement ours) {
            Tips tips = ours.tips();
            return new Message(to, from, tips.head(), tips.annex(), ours.view(), ours.settled(), ours.coming());
        }

        Announcement announcement() {
            return announced(head, annex, view, settled, coming);
        }
    }

    /**
     * The answer to either request.
     *
     * @param refused why, or null
     * @param reply null if refused
     */
    record Answer(
            @Nullable String refused,
            @Nullable Reply reply,
            @Nullable String head,
            @Nullable String annex,
            @Nullable Long view,
            @Nullable Boolean settled,
            @Nullable Integer coming) {
        static Answer refusal(String reason) {
            return new Answer(reason, null, null, null, null, null, null);
        }

        static Answer of(Reply reply, Announcement ours) {
            Tips tips = ours.tips();
            return new Answer(null, reply, tips.head(), tips.annex(), ours.view(), ours.settled(), ours.coming());
        }

        Announcement announcement() {
            return announced(head, annex, view, settled, coming);
        }
    }

    private static Announcement announced(
            @Nullable String head,
            @Nullable String annex,
            @Nullable Long view,
            @Nullable Boolean settled,
            @Nullable Integer coming) {
        return new Announcement(
                new Tips(head, annex),
                view == null ? 0 : view,
                Boolean.TRUE.equals(settled),
                coming == null ? 0 : Math.max(0, coming));
    }

    static byte[] encode(Record message) {
        try {
            return JSON.writeValueAsBytes(message);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException("a message that has no JSON form: " + message, bug);
        }
    }

    /** A message of another service. */
    static <T extends Record> T decode(byte[] body, Class<T> type) throws IOException {
        T message = JSON.readValue(body, type);
        if (message == null) {
            throw new IOException("an empty message");
        }
        return message;
    }

    static Message message(byte[] body) throws IOException {
        Message message = JSON.readValue(body, Message.class);
        if (message == null || message.to == null || message.from == null) {
            throw new IOException("a push message without its two repositories");
        }
        check(message.head);
        check(message.annex);
        return message;
    }

    static Answer answer(byte[] body) throws IOException {
        Answer answer = JSON.readValue(body, Answer.class);
        if (answer == null || (answer.refused == null && answer.reply == null)) {
            throw new IOException("an answer that says nothing");
        }
        check(answer.head);
        check(answer.annex);
        return answer;
    }

    private static void check(@Nullable String commit) throws IOException {
        if (commit != null && !COMMIT.matcher(commit).matches()) {
            throw new IOException("not a commit id in a push message");
        }
    }
}
