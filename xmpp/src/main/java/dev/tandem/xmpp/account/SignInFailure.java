package dev.tandem.xmpp.account;

import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StreamError;
import org.jivesoftware.smack.sasl.SASLError;
import org.jivesoftware.smack.sasl.SASLErrorException;

/**
 * Why signing in failed, in words that name the cause.
 *
 * @param permanent trying again cannot help
 */
record SignInFailure(String cause, boolean permanent) {
    static SignInFailure of(Throwable failure, String where) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SASLErrorException refused && isFinal(refused)) {
                return new SignInFailure(
                        "the server refused the user name or password ("
                                + refused.getSASLFailure().getSASLError() + ")",
                        true);
            }
            if (cause instanceof CertificateException) { // any other TLS failure may be a server that is just stopping
                return new SignInFailure(
                        "the server's certificate is not trusted (" + message(cause)
                                + "); name it with --trust-cert if it is yours",
                        true);
            }
            if (cause instanceof SmackException.SecurityNotPossibleException
                    || cause instanceof SmackException.SecurityRequiredByClientException) {
                return new SignInFailure("the server offers no TLS encryption", true);
            }
            if (cause instanceof SmackException.SmackSaslException) {
                return new SignInFailure("no SASL mechanism in common with the server", true);
            }
        }
        return new SignInFailure(transientCause(failure, where), false);
    }

    /** A server that is overloaded, or just starting, says that it cannot tell now (RFC 6120, 6.5). */
    private static boolean isFinal(SASLErrorException refused) {
        SASLError error = refused.getSASLFailure().getSASLError();
        return error != SASLError.temporary_auth_failure && error != SASLError.aborted;
    }

    /** Whether somebody else has the name that we asked for, or has taken it from us. */
    static boolean isConflict(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof XMPPException.StreamErrorException ended
                    && ended.getStreamError().getCondition() == StreamError.Condition.conflict) {
                return true;
            }
            if (cause instanceof XMPPException.XMPPErrorException refused
                    && refused.getStanzaError().getCondition() == StanzaError.Condition.conflict) {
                return true;
            }
        }
        return false;
    }

    private static String transientCause(Throwable failure, String where) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SASLErrorException refused) {
                return "the server cannot check the password now ("
                        + refused.getSASLFailure().getSASLError() + ")";
            }
            if (cause instanceof SmackException.NoResponseException || cause instanceof TimeoutException) {
                return "timeout: " + where + " did not answer in time";
            }
            if (cause instanceof UnknownHostException) {
                return "DNS: the server of " + where + " cannot be found";
            }
        }
        return "cannot connect to " + where + ": " + message(failure);
    }

    private static String message(Throwable failure) {
        String words = failure.getMessage();
        String line = words == null ? failure.getClass().getSimpleName() : words.replaceAll("\\s+", " ");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
