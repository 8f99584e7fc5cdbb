package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.agreement.jpake.JPAKEParticipant;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroup;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroups;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound1Payload;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound2Payload;
import org.bouncycastle.crypto.agreement.jpake.JPAKERound3Payload;
import org.bouncycastle.crypto.digests.SHA256Digest;

/**
 * One side of a J-PAKE exchange (RFC 8236, over the 3072-bit group). The proofs bind both devices' fingerprints: a
 * server that swaps a device breaks them. Not thread-safe.
 */
final class KeyExchange {
    private static final JPAKEPrimeOrderGroup GROUP = JPAKEPrimeOrderGroups.NIST_3072;
    private static final int MAX_PART = 400;

    private final JPAKEParticipant me;
    private final String peerId;
    private final SecureRandom random;
    private final JPAKERound1Payload round1;

    KeyExchange(DeviceId me, DeviceId peer, String code, SecureRandom random) {
        this.me = new JPAKEParticipant(
                me.hex(), CodeWords.canonical(code).toCharArray(), GROUP, new SHA256Digest(), random);
        this.random = random;
        peerId = peer.hex();
        round1 = this.me.createRound1PayloadToSend();
    }

    byte[] round1() throws IOException {
        Parts parts = new Parts();
        parts.number(round1.getGx1()).number(round1.getGx2());
        parts.proof(round1.getKnowledgeProofForX1()).proof(round1.getKnowledgeProofForX2());
        return parts.bytes();
    }

    void takeRound1(byte[] message) throws IOException {
        Reader in = new Reader(message);
        checked(() -> me.validateRound1PayloadReceived(
                new JPAKERound1Payload(peerId, in.number(), in.number(), in.proof(), in.proof())));
    }

    byte[] round2() throws IOException {
        JPAKERound2Payload round2 = me.createRound2PayloadToSend();
        return new Parts()
                .number(round2.getA())
                .proof(round2.getKnowledgeProofForX2s())
                .bytes();
    }

    /** Ends in a key, the same on both sides only if the codes are. */
    Key takeRound2(byte[] message) throws IOException {
        Reader in = new Reader(message);
        checked(() -> me.validateRound2PayloadReceived(new JPAKERound2Payload(peerId, in.number(), in.proof())));
        return new Key(me.calculateKeyingMaterial());
    }

    private interface Check {
        void run() throws IOException, CryptoException;
    }

    private static void checked(Check check) throws IOException {
        try {
            check.run();
        } catch (CryptoException | IllegalArgumentException | IllegalStateException | ArithmeticException forged) {
            throw new IOException("a proof that does not hold", forged);
        }
    }

    /** The key that both have if both used the same code. */
    final class Key {
        private final BigInteger material;

        private Key(BigInteger material) {
            this.material = material;
        }

        /** Proves to the other side that we have the key. */
        byte[] confirmation() throws IOException {
            return new Parts()
                    .number(me.createRound3PayloadToSend(material).getMacTag())
                    .bytes();
        }

        /** Whether the other side has the same key: whether it used the same code. */
        boolean isConfirmedBy(byte[] message) throws IOException {
            JPAKERound3Payload theirs = new JPAKERound3Payload(peerId, new Reader(message).number());
            try {
                me.validateRound3PayloadReceived(theirs, material);
                return true;
            } catch (CryptoException otherCode) {
                return false;
            }
        }

        /** What stays of the exchange. */
        SealingKey sealing() {
            return new SealingKey(material, random);
        }
    }

    /** Writes numbers, each with its length. */
    private static final class Parts {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Parts number(BigInteger number) throws IOException {
            return part(number.toByteArray());
        }

        Parts proof(BigInteger[] proof) throws IOException {
            return number(proof[0]).number(proof[1]);
        }

        private Parts part(byte[] part) throws IOException {
            out.writeShort(part.length);
            out.write(part);
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    /** Reads what {@link Parts} wrote. */
    private static final class Reader {
        private final DataInputStream in;

        Reader(byte[] message) {
            in = new DataInputStream(new ByteArrayInputStream(message));
        }

        BigInteger number() throws IOException {
            byte[] part = part();
            if (part.length == 0) {
                throw new IOException("an empty number");
            }
            return new BigInteger(part);
        }

        BigInteger[] proof() throws IOException {
            return new BigInteger[] {number(), number()};
        }

        private byte[] part() throws IOException {
            int length = in.readUnsignedShort();
            if (length > MAX_PART) {
                throw new IOException("a part that is too long");
            }
            byte[] part = new byte[length];
            in.readFully(part);
            return part;
        }
    }
}
