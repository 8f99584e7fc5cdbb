package dev.tandem.xmpp.account;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jivesoftware.smack.java7.XmppHostnameVerifier;
import org.jspecify.annotations.Nullable;

/** Which server certificates are accepted: what the system trusts, for the right name; or exactly the one given. */
final class ServerTrust implements X509TrustManager, HostnameVerifier {
    private final X509TrustManager system;
    private final Optional<X509Certificate> pinned;
    private final HostnameVerifier names = new XmppHostnameVerifier();
    private volatile @Nullable String negotiated;

    ServerTrust(Optional<String> certificate) throws IOException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            system = systemManager(factory);
            pinned = certificate.isPresent() ? Optional.of(read(certificate.get())) : Optional.empty();
        } catch (CertificateException malformed) {
            throw new IOException("the certificate to trust is not one in PEM form", malformed);
        } catch (GeneralSecurityException unavailable) {
            throw new IOException("the system's certificate authorities cannot be read", unavailable);
        }
    }

    private static X509TrustManager systemManager(TrustManagerFactory factory) {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager found) {
                return found;
            }
        }
        throw new IllegalStateException("this JDK has no X.509 trust manager");
    }

    private static X509Certificate read(String pem) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (!isPinned(chain)) {
            system.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("no client signs in here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return system.getAcceptedIssuers();
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        negotiated = session.getProtocol() + " " + session.getCipherSuite();
        try {
            return isPinned(session.getPeerCertificates()) || names.verify(host, session);
        } catch (SSLPeerUnverifiedException unverified) {
            return false;
        }
    }

    /** Protocol and cipher suite of the connection that was checked last. */
    Optional<String> negotiated() {
        return Optional.ofNullable(negotiated);
    }

    private boolean isPinned(Certificate[] chain) {
        return pinned.isPresent() && chain.length > 0 && pinned.get().equals(chain[0]);
    }
}
