package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Announcement;
import dev.tandem.assistant.core.Reply;
import dev.tandem.assistant.core.Tips;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Stream;

/** What devices of the simulation write to each other: the daemon's messages in a form that costs little to read. */
record Letter(UUID to, UUID from, Announcement said) {
    private static final int ANNOUNCED = 17;

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(32 + ANNOUNCED);
        bytes.putLong(to.getMostSignificantBits()).putLong(to.getLeastSignificantBits());
        bytes.putLong(from.getMostSignificantBits()).putLong(from.getLeastSignificantBits());
        put(bytes, said);
        return bytes.array();
    }

    static Letter decode(byte[] body) {
        ByteBuffer bytes = ByteBuffer.wrap(body);
        UUID to = new UUID(bytes.getLong(), bytes.getLong());
        UUID from = new UUID(bytes.getLong(), bytes.getLong());
        return new Letter(to, from, announcement(bytes));
    }

    private static void put(ByteBuffer bytes, Announcement said) {
        bytes.putInt(History.number(said.tips().head()))
                .putInt(History.number(said.tips().annex()));
        bytes.putLong(said.view()).put((byte) (said.settled() ? 1 : 0));
    }

    private static Announcement announcement(ByteBuffer bytes) {
        Tips tips = History.tips(bytes.getInt(), bytes.getInt());
        return new Announcement(tips, bytes.getLong(), bytes.get() == 1, 0);
    }

    /** The answer to a letter; a refusal has words. */
    record Answer(Reply reply, Announcement said, String refused) {
        static final Announcement NOTHING = new Announcement(Tips.NONE, 0, false, 0);

        static Answer refusal(String reason) {
            return new Answer(Reply.HAVE, NOTHING, reason);
        }

        byte[] encode() {
            byte[] words = refused.getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.allocate(1 + ANNOUNCED + words.length);
            bytes.put((byte) reply.name().charAt(0));
            put(bytes, said);
            bytes.put(words);
            return bytes.array();
        }

        static Answer decode(byte[] body) {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            char initial = (char) bytes.get();
            Reply reply = Stream.of(Reply.values())
                    .filter(known -> known.name().charAt(0) == initial)
                    .findFirst()
                    .orElseThrow();
            Announcement said = announcement(bytes);
            byte[] words = new byte[bytes.remaining()];
            bytes.get(words);
            return new Answer(reply, said, new String(words, StandardCharsets.UTF_8));
        }
    }
}
