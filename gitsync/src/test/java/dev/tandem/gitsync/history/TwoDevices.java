package dev.tandem.gitsync.history;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;

/** The same folder on a laptop and a phone, which edit apart and then meet on the laptop. */
final class TwoDevices implements AutoCloseable {
    final TempFolder.Clock clock = new TempFolder.Clock();
    final TempFolder laptop;
    final TempFolder phone;

    TwoDevices(Path directory) throws IOException {
        laptop = new TempFolder(directory.resolve("laptop"), clock);
        phone = new TempFolder(directory.resolve("phone"), clock);
    }

    /** What the laptop has is on the phone too. */
    TwoDevices begin() throws IOException {
        laptop.commitAll();
        laptop.pushTo(phone);
        phone.integrate(laptop);
        return this;
    }

    /** Both commit, the phone later, and the laptop merges. */
    TwoDevices meet() throws IOException {
        clock.pass(Duration.ofMinutes(1));
        laptop.commitAll();
        clock.pass(Duration.ofMinutes(1));
        phone.commitAll();
        phone.pushTo(laptop);
        laptop.integrate(phone);
        return this;
    }

    ObjectId head() throws IOException {
        return laptop.head().orElseThrow();
    }

    PersonIdent who() {
        return new PersonIdent("laptop", "laptop@example.org", clock.instant(), ZoneOffset.UTC);
    }

    /** Checks out what is proposed on the laptop; a refusal fails. */
    void carryOut(Proposal proposal) throws IOException {
        ObjectId commit = ((Proposal.Commit) proposal).id();
        laptop.tree.checkOut(commit, (path, content) -> Optional.empty());
    }

    static String refusal(Proposal proposal) {
        return ((Proposal.Refused) proposal).why();
    }

    @Override
    public void close() {
        laptop.close();
        phone.close();
    }
}
