package dev.tandem.gitsync.remotes;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;

/** What a failed exchange means: nobody there, or somebody who refuses. */
final class Failures {
    private static final List<Class<? extends Throwable>> NOBODY = List.of(
            ConnectException.class,
            NoRouteToHostException.class,
            UnknownHostException.class,
            UnresolvedAddressException.class,
            SocketTimeoutException.class,
            TimeoutException.class);

    /** What ssh and servers say when nothing is wrong with us. */
    private static final List<String> NOBODY_SAYS = List.of(
            "connection refused",
            "connection timed out",
            "timed out",
            "timeout",
            "no route to host",
            "network is unreachable",
            "unknown host",
            "connection reset",
            "connection is closed",
            "unexpected end of stream",
            "502 bad gateway",
            "503 service",
            "504 gateway");

    /** What git says when another push came between. */
    private static final List<String> RACE = List.of(
            "non-fast-forward", "fetch first", "cannot lock ref", "failed to update ref", "lock failure", "stale");

    private Failures() {}

    static RemoteException of(GitRemote remote, IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RemoteException known) {
                return known;
            }
            if (NOBODY.contains(cause.getClass()) || says(cause, NOBODY_SAYS)) {
                return RemoteException.away(remote.name() + " does not answer (" + words(failure) + ")", failure);
            }
        }
        if (failure instanceof NoRemoteRepositoryException && remote.path().isPresent()) {
            return RemoteException.away(words(failure), failure);
        }
        return RemoteException.refused(words(failure), failure);
    }

    /** Whether a rejection only means that others were faster. */
    static boolean isRace(String rejection) {
        return RACE.stream().anyMatch(rejection.toLowerCase(Locale.ROOT)::contains);
    }

    private static boolean says(Throwable cause, List<String> words) {
        String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return words.stream().anyMatch(said::contains);
    }

    private static String words(Throwable failure) {
        String said = failure.getMessage();
        return (said == null ? failure.toString() : said).replaceAll("\\s+", " ");
    }
}
