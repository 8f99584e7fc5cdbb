package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Commands;
import dev.tandem.assistant.commands.Failure;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What came of a command, in the words of the API. */
final class Answers {
    private Answers() {}

    static Failure failure(ActionFailed refused) {
        String kind = refused.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new Failure(kind, String.valueOf(refused.getMessage()));
    }

    /**
     * Waits for a result.
     *
     * @param late what to say when it does not come in time
     */
    static <T> T await(CompletableFuture<CommandRow> result, Class<T> type, Duration timeout, String late)
            throws ActionFailed {
        try {
            CommandRow row = result.get(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
            return read(row, type);
        } catch (TimeoutException e) {
            throw new ActionFailed(ActionFailed.Kind.TIMED_OUT, late);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, "the daemon is stopping; what was asked goes on when it is back");
        } catch (ExecutionException gone) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, Diagnosis.brief(gone.getCause() == null ? gone : gone.getCause()));
        }
    }

    static <T> T read(CommandRow row, Class<T> type) throws ActionFailed {
        String result = row.result();
        if (failed(row, result)) {
            Failure failure = Commands.read(String.valueOf(result), Failure.class);
            throw new ActionFailed(
                    ActionFailed.Kind.valueOf(
                            failure.kind().toUpperCase(Locale.ROOT).replace('-', '_')),
                    failure.line());
        }
        return Commands.read(String.valueOf(result), type);
    }

    private static boolean failed(CommandRow row, @Nullable String result) {
        return row.state() == CommandRow.State.FAILED || row.state() == CommandRow.State.DEAD || result == null;
    }
}
