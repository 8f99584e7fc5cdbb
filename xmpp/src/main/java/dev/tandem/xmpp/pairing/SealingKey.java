package dev.tandem.xmpp.pairing;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** What both sides of an exchange have once the code has proven right: seals what they still have to say. */
final class SealingKey {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] material;
    private final SecureRandom random;

    SealingKey(BigInteger material, SecureRandom random) {
        this(material.toByteArray(), random);
    }

    /** One that was kept as {@link #bytes()}. */
    SealingKey(byte[] material, SecureRandom random) {
        this.material = material.clone();
        this.random = random;
    }

    /** To be kept as a password is. It says nothing about the code. */
    byte[] bytes() {
        return material.clone();
    }

    byte[] seal(String purpose, byte[] content) throws IOException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, purpose, nonce, content);
        byte[] message = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, message, NONCE_BYTES, sealed.length);
        return message;
    }

    byte[] open(String purpose, byte[] message) throws IOException {
        if (message.length < NONCE_BYTES) {
            throw new IOException("a sealed message that is too short");
        }
        return cipher(
                Cipher.DECRYPT_MODE,
                purpose,
                Arrays.copyOf(message, NONCE_BYTES),
                Arrays.copyOfRange(message, NONCE_BYTES, message.length));
    }

    private byte[] cipher(int mode, String purpose, byte[] nonce, byte[] content) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(material);
            byte[] key = sha256.digest(("tandem pairing " + purpose).getBytes(StandardCharsets.US_ASCII));
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(content);
        } catch (GeneralSecurityException forged) {
            throw new IOException("a sealed message that was changed on its way", forged);
        }
    }
}
