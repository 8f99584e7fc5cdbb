package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jivesoftware.smack.sasl.SASLError;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smack.sasl.packet.SaslNonza;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Why signing in failed")
class SignInFailureTest {
    private static SignInFailure of(Throwable failure) {
        return SignInFailure.of(failure, "example.org");
    }

    @ParameterizedTest
    @EnumSource(SASLError.class)
    @DisplayName("SOJU-6: a refused password is permanent; a server that cannot tell now is not")
    void password(SASLError error) {
        boolean passing = error == SASLError.temporary_auth_failure || error == SASLError.aborted;

        SignInFailure why = of(new SASLErrorException("SCRAM-SHA-1", new SaslNonza.SASLFailure(error.toString())));

        assertThat(why.permanent()).isEqualTo(!passing);
        assertThat(why.cause()).contains("password").contains(error.toString());
    }

    @Test
    @DisplayName("PUSH-26: the cause is named: certificate, DNS, time-out, port")
    void causes() {
        SSLHandshakeException refused = new SSLHandshakeException("no");
        refused.initCause(new CertificateException("unknown issuer"));

        assertThat(of(refused)).isEqualTo(new SignInFailure(of(refused).cause(), true));
        assertThat(of(refused).cause()).contains("certificate").contains("--trust-cert");
        assertThat(of(new UnknownHostException("example.org")).cause()).startsWith("DNS:");
        assertThat(of(new IOException(new TimeoutException())).cause()).startsWith("timeout:");
        assertThat(of(new ConnectException("refused")).cause()).contains("cannot connect to example.org");
    }

    @Test
    @DisplayName("a TLS failure without a certificate at fault may be a server that is just stopping")
    void tls() {
        assertThat(of(new SSLHandshakeException("closed")).permanent()).isFalse();
    }
}
