package dev.tandem.assistant;

import dev.tandem.assistant.core.Membership;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What members of a folder tell each other of its members, as it travels: JSON, checked before anything believes it.
 */
final class MeshWire {
    /** The request: {@link Message}, answered by {@link Answer}. */
    static final String SERVICE = "mesh";

    /** Above what the largest list of ours takes; what is larger is not even read. */
    static final int MAX_BYTES = 200_000;

    /** Of a JID, in UTF-8: the longest that people have, many times over. */
    private static final int MAX_JID_BYTES = 300;

    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Cf}]{1,100}");
    private static final Pattern JID = Pattern.compile("[^\\s\\p{Cc}\\p{Cf}/@]{1,255}@[^\\s\\p{Cc}\\p{Cf}/@]{1,255}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{16}");

    private MeshWire() {}

    /** See {@link Membership.Member}. */
    record Entry(String device, UUID uuid, String name, String jid, int term) {}

    /** See {@link Membership.Revocation}; {@code at} in milliseconds since 1970. */
    record Gone(String device, int term, long at) {}

    /**
     * From one repository to another.
     *
     * @param to the receiving repository's annex UUID, which also names the folder
     * @param from the sending repository's
     * @param digest of all that the sender knows, see {@link Membership#digest}
     * @param name what the sender calls itself
     * @param members all that it knows but the receiver; null where the digest is all that it says
     * @param revoked null together with {@code members}
     */
    record Message(
            UUID to,
            UUID from,
            String digest,
            String name,
            @Nullable List<Entry> members,
            @Nullable List<Gone> revoked) {}

    /** What the receiver knows, after what it has just heard; {@code refused} is why it does not listen, or null. */
    record Answer(@Nullable String refused, @Nullable String digest) {}

    /** A message of that content, with all that is known or only its digest. */
    static Message message(UUID to, UUID from, Membership known, String name, Membership.@Nullable Told all) {
        return new Message(
                to,
                from,
                known.digest(),
                name,
                all == null
                        ? null
                        : all.members().stream()
                                .map(member -> new Entry(
                                        member.device().hex(),
                                        member.uuid(),
                                        member.name(),
                                        member.jid(),
                                        member.term()))
                                .toList(),
                all == null
                        ? null
                        : all.revocations().stream()
                                .map(gone -> new Gone(
                                        gone.device().hex(),
                                        gone.term(),
                                        gone.at().toEpochMilli()))
                                .toList());
    }

    /** Reads a message; everything in it has the right form and size. */
    static Message message(byte[] body) throws IOException {
        if (body.length > MAX_BYTES) {
            throw new IOException("too much about a folder's members");
        }
        Message message = PushWire.decode(body, Message.class);
        if (message.to == null || message.from == null || !has(message.digest, DIGEST) || !has(message.name, NAME)) {
            throw new IOException("a message about members that does not say whose");
        }
        told(message);
        return message;
    }

    /** What a message tells; nothing if it has only a digest. */
    static Membership.Told told(Message message) throws IOException {
        List<Entry> members = message.members == null ? List.of() : message.members;
        List<Gone> revoked = message.revoked == null ? List.of() : message.revoked;
        if (members.size() > Membership.MAX_MEMBERS || revoked.size() > Membership.MAX_REVOCATIONS) {
            throw new IOException("a folder has no more than " + Membership.MAX_MEMBERS + " members");
        }
        try {
            return new Membership.Told(
                    members.stream().map(MeshWire::member).toList(),
                    revoked.stream().map(MeshWire::revocation).toList());
        } catch (IllegalArgumentException malformed) {
            throw new IOException("a member that makes no sense: " + malformed.getMessage(), malformed);
        }
    }

    private static Membership.Member member(@Nullable Entry entry) {
        if (entry == null
                || entry.device == null
                || entry.uuid == null
                || !has(entry.name, NAME)
                || !has(entry.jid, JID)
                || entry.jid.getBytes(StandardCharsets.UTF_8).length > MAX_JID_BYTES) {
            throw new IllegalArgumentException("its name, account or repository");
        }
        return new Membership.Member(
                new DeviceId(entry.device), entry.uuid, entry.name, entry.jid, checked(entry.term));
    }

    private static Membership.Revocation revocation(@Nullable Gone gone) {
        if (gone == null || gone.device == null) {
            throw new IllegalArgumentException("whose revocation");
        }
        return new Membership.Revocation(new DeviceId(gone.device), checked(gone.term), Instant.ofEpochMilli(gone.at));
    }

    private static int checked(int term) {
        if (term < 0 || term > Membership.MAX_TERM) {
            throw new IllegalArgumentException("a term of " + term);
        }
        return term;
    }

    static Answer answer(byte[] body) throws IOException {
        Answer answer = PushWire.decode(body, Answer.class);
        if (answer.refused == null && !has(answer.digest, DIGEST)) {
            throw new IOException("an answer about members that says nothing");
        }
        return answer;
    }

    /** Whether a device may be called so: anything that a person types, on one line. */
    static boolean isName(String name) {
        return has(name, NAME) && !name.isBlank();
    }

    private static boolean has(@Nullable String text, Pattern form) {
        return text != null && form.matcher(text).matches();
    }
}
