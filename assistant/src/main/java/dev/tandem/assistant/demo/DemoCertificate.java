package dev.tandem.assistant.demo;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A fresh self-signed certificate for a server on loopback.
 *
 * @param pem where it was written; the key never leaves memory
 * @param serverContext proves its possession, and asks clients for none
 */
record DemoCertificate(Path pem, SSLContext serverContext) {
    // Only who is given the file trusts it, and its key is gone with the process: an expiry would say nothing.
    private static final Instant FROM = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2099-12-31T23:59:59Z");
    private static final int SERIAL_BITS = 64;
    private static final int PEM_LINE = 64;

    static DemoCertificate create(Path directory, String domain, SecureRandom random) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair keys = generator.generateKeyPair();
            X509Certificate certificate = selfSigned(keys, domain, random);
            Path pem = Files.writeString(directory.resolve("demo-server.pem"), pem(certificate));
            return new DemoCertificate(pem, serverContext(keys, certificate, random));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("this Java cannot make a certificate: " + e.getMessage(), e);
        }
    }

    private static X509Certificate selfSigned(KeyPair keys, String domain, SecureRandom random)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        X500Name name = new X500Name("CN=" + domain);
        GeneralNames names = new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, domain), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        });
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(SERIAL_BITS, random),
                                Date.from(FROM),
                                Date.from(UNTIL),
                                name,
                                keys.getPublic())
                        .addExtension(Extension.subjectAlternativeName, false, names)
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private static SSLContext serverContext(KeyPair keys, X509Certificate certificate, SecureRandom random)
            throws IOException, GeneralSecurityException {
        char[] unused = new char[0]; // the store never leaves memory
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("demo", keys.getPrivate(), unused, new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, unused);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, random);
        return context;
    }

    private static String pem(X509Certificate certificate) throws GeneralSecurityException {
        Base64.Encoder encoder = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'});
        return "-----BEGIN CERTIFICATE-----\n" + encoder.encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
