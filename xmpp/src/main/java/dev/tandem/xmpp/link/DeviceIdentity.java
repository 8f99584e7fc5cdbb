package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** This device's key pair and certificate: who it is to all others. Immutable. */
public final class DeviceIdentity {
    private static final String FILE = "device.p12";
    private static final String ALIAS = "device";
    // the file's mode protects the key; PKCS#12 insists on a password all the same
    private static final char[] PASSWORD = "tandem".toCharArray();
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final Duration VALID = Duration.ofDays(365 * 50L);

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final DeviceId id;

    private DeviceIdentity(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
        id = idOf(certificate);
    }

    /**
     * Reads the identity from a directory, or makes one there at the first start.
     *
     * @throws IOException if it cannot be read or stored; an unreadable one is never overwritten, because every paired
     *     device knows this one by it
     */
    public static DeviceIdentity loadOrCreate(Path directory, InstantSource clock, SecureRandom random)
            throws IOException {
        Path file = directory.resolve(FILE);
        try {
            return Files.exists(file) ? load(file) : create(file, clock.instant(), random);
        } catch (GeneralSecurityException | OperatorCreationException | ClassCastException broken) {
            throw new IOException(
                    "the device key " + file + " cannot be read; nothing was changed; restore it from a backup, or move"
                            + " it away and pair this device anew",
                    broken);
        }
    }

    private static DeviceIdentity load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        } catch (IOException malformed) {
            throw new GeneralSecurityException(malformed);
        }
        return new DeviceIdentity(
                (X509Certificate) store.getCertificate(ALIAS), (PrivateKey) store.getKey(ALIAS, PASSWORD));
    }

    private static DeviceIdentity create(Path file, Instant now, SecureRandom random)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=tandem");
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(127, random),
                                Date.from(now.minus(A_DAY)),
                                Date.from(now.plus(VALID)),
                                name,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        store(file, certificate, pair.getPrivate());
        return new DeviceIdentity(certificate, pair.getPrivate());
    }

    private static void store(Path file, X509Certificate certificate, PrivateKey key)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        store.setKeyEntry(ALIAS, key, PASSWORD, new Certificate[] {certificate});
        Path beside = file.resolveSibling(FILE + ".tmp");
        Files.deleteIfExists(beside);
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(beside, ownerOnly);
        try (OutputStream out = Files.newOutputStream(beside)) {
            store.store(out, PASSWORD);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The SHA-256 of a certificate's public key info: what is pinned, because certificates may be renewed. */
    static DeviceId idOf(X509Certificate certificate) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return new DeviceId(HexFormat.of()
                    .formatHex(sha256.digest(certificate.getPublicKey().getEncoded())));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** The fingerprint. */
    public DeviceId id() {
        return id;
    }

    X509Certificate certificate() {
        return certificate;
    }

    PrivateKey privateKey() {
        return key;
    }
}
