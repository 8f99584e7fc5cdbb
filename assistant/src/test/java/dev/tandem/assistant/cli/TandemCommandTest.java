package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Home;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The command line")
final class TandemCommandTest extends WithDaemon {
    @Nested
    @DisplayName("helps:")
    final class HelpText {
        private static final List<String> COMMANDS = List.of(
                "demo", "daemon", "start", "stop", "account", "add", "remove", "pair", "remote", "history", "restore",
                "peers", "want", "limit", "sync", "status", "log", "get", "drop", "whereis", "doctor", "confirm",
                "undo", "queue", "pause", "resume", "open", "web");

        @Test
        @DisplayName("each command of the contract exists and is listed in one section, with what it does")
        void sections() {
            String help = run("--help").done().out();

            assertThat(Verbs.values()).extracting(Verbs::command).containsExactlyInAnyOrderElementsOf(COMMANDS);
            for (String command : COMMANDS) {
                assertThat(help.lines().filter(line -> line.matches("  " + command + " +[A-Z].*\\.")))
                        .as(command)
                        .hasSize(1);
            }
            assertThat(help).contains("Every day:").contains("--home=DIR");
        }

        @ParameterizedTest(name = "{0}")
        @EnumSource(Verbs.class)
        @DisplayName("each command has help, and fails usage on what it does not know")
        void each(Verbs verb) {
            assertThat(run(verb.command(), "--help").done().out())
                    .contains("Usage: ")
                    .contains("tandem " + verb.command());
            Result unknown = run(verb.command(), "--unknown");
            assertThat(unknown.exit()).isEqualTo(2);
            assertThat(unknown.err().lines()).hasSize(1);
            assertThat(unknown.err()).startsWith("tandem: ").contains("tandem " + verb.command() + " --help");
        }

        @Test
        @DisplayName("the version; and usage, exit 2, where no command is named or an unknown one")
        void rest() {
            assertThat(run("--version").done().out()).startsWith("tandem ");
            assertThat(run("status", "--version").done().out()).startsWith("tandem ");
            assertThat(run().exit()).isEqualTo(2);
            Result unknown = run("statsu");
            assertThat(unknown.exit()).isEqualTo(2);
            assertThat(unknown.err().lines()).hasSize(1);
            assertThat(run("account").exit()).isEqualTo(2);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "status",
                "stop",
                "log",
                "get x",
                "drop x",
                "whereis x",
                "doctor",
                "sync",
                "web",
                "confirm notes",
                "undo notes",
                "pause",
                "resume",
                "account list",
                "add d",
                "remove n",
                "pair n",
                "pair a@x c"
            })
    @DisplayName("ends with 3 and one line that says what to do where no daemon runs")
    void notRunning(String line) throws IOException {
        new Home(directory).retract();

        Result result = run(line.split(" ", -1));

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("tandem: the daemon is not running").contains("tandem start");
    }

    @Test
    @DisplayName("ends with 3 where the daemon has died and left its port behind")
    void diedDaemon() {
        java.util.Objects.requireNonNull(api).close();

        assertThat(run("status").exit()).isEqualTo(3);
    }

    @Test
    @DisplayName("passes a failure on as the daemon's line and the kind's exit code")
    void failures() {
        Map<ActionFailed.Kind, Integer> exits =
                Map.of(ActionFailed.Kind.FAILED, 1, ActionFailed.Kind.USAGE, 2, ActionFailed.Kind.TIMED_OUT, 4);
        exits.forEach((kind, exit) -> {
            actions.failWith(kind, "phone has\nnot answered");
            assertThat(run("sync", "notes")).isEqualTo(new Result(exit, "", "tandem: phone has not answered\n"));
        });
    }

    @Test
    @DisplayName("prints the daemon's own JSON with --json, before or after the command")
    void statusJson() throws IOException {
        JsonNode status = run("status", "--json").done().json();

        assertThat(status.at("/folders/0/peers/0/carrier").asText()).isEqualTo("direct");
        assertThat(status.at("/folders/0/peers/1/carrier").isNull()).isTrue();
        assertThat(run("--json", "status").done().json()).isEqualTo(status);
        assertThat(run("--home", directory.toString(), "status", "--json")
                        .done()
                        .json())
                .isEqualTo(status);
    }

    @Test
    @DisplayName("prints the status for a person, aligned, and without what would steer the terminal")
    void statusText() {
        assertThat(run("status").done().out()).isEqualTo("""
                        laptop (dddddddd), running since 2026-01-01 12:00:00Z, pid 4711
                        warning: the clock is off (since 2026-01-01 12:00:00Z, 3 times)

                        alice@example.org  online

                        notes  attention  main at bbbbbbbb  /home/alice/notes
                          a rebase is under way: finish it, then Tandem goes on
                          2 changes to record
                          1 file without content here
                          phone    online   direct  alice@example.org  in sync 2026-01-01 12:00:00Z
                          old[31m  offline          bob@example.org    never in sync yet             offline, and never seen yet
                          nas      failing  remote  ssh://nas/notes    no route
                          getting film.mp4 from phone, 42 %, 7 B/s
                        """);
    }

    @Test
    @DisplayName("asks for one sync, and says who holds what and who is away")
    void sync() throws IOException {
        assertThat(run("sync", "notes", "--timeout", "7").done().out())
                .isEqualTo("notes: at bbbbbbbb, as 1 other device; away: old\n");
        assertThat(run("sync", "--json").done().json().at("/folders/0/head").asText())
                .isEqualTo(HEAD);
        assertThat(run("sync", "--timeout", "0").exit()).isEqualTo(2);
        assertThat(run("sync", "--timeout", "soon").exit()).isEqualTo(2);

        assertThat(actions.asked()).containsExactly("sync Optional[notes] PT7S", "sync Optional.empty PT10M");
    }

    @Test
    @DisplayName("brings, drops and finds the content of large files")
    void contents() throws IOException {
        Result got = run("get", "/notes/film.mp4", "/notes/far.mp4", "--timeout", "9");
        assertThat(got.exit()).isEqualTo(1);
        assertThat(got.out()).isEqualTo("film.mp4: here\nfar.mp4: cannot be had now: last known on old\n");
        assertThat(run("drop", "--force", "/notes/film.mp4").done().out()).isEqualTo("film.mp4: dropped\n");
        assertThat(run("whereis", "/notes").done().out()).isEqualTo("film.mp4 (2 copies): laptop (here), phone\n");
        assertThat(run("drop").exit()).isEqualTo(2);
        assertThat(actions.asked())
                .containsExactly(
                        "get [/notes/film.mp4, /notes/far.mp4] PT9S",
                        "drop [/notes/film.mp4] true",
                        "whereis [/notes]");
    }

    @Test
    @DisplayName("examines everything, says what to do, and exits 1 where something does not work")
    void doctor() throws IOException {
        Result found = run("doctor");
        assertThat(found.exit()).isEqualTo(1);
        assertThat(found.out()).isEqualTo("""
                        ok     home                     /home/ada/.local is yours alone
                        error  account ada@example.org  not signed in: tandem status says why
                        """);
        assertThat(run("doctor", "--repair", "notes", "--json").out())
                .contains("\"findings\"", "\"servers\"", "\"roundTripMillis\":0.4");

        assertThat(actions.asked()).containsExactly("examine Optional.empty false", "examine Optional[notes] true");
    }

    @Nested
    @DisplayName("tells the journal:")
    final class Journal {
        @Test
        @DisplayName("for a person and, with --json, one object a line with the contract's fields")
        void content() throws IOException {
            store.journal().append(NOON, "merged", "notes", Map.of("head", "abc\u001b"));
            store.journal().append(NOON, "started", null, Map.of());

            assertThat(run("log").done().out())
                    .isEqualTo("1  2026-01-01 12:00:00Z  notes  merged  head=abc\n2  2026-01-01 12:00:00Z  started\n");
            List<String> lines = run("log", "--json").done().out().lines().toList();
            assertThat(lines).hasSize(2);
            assertThat(new ObjectMapper().readTree(lines.get(0)).fieldNames())
                    .toIterable()
                    .containsExactly("cursor", "time", "type", "folder", "head");
            assertThat(run("log", "notes").done().out().lines()).hasSize(1);
        }

        @Test
        @DisplayName("SOJU-28: to a reader of a name each entry once, also while others read")
        void named() {
            store.journal().append(NOON, "a", null, Map.of());
            assertThat(run("log", "--as", "script").done().out()).isEqualTo("1  2026-01-01 12:00:00Z  a\n");
            assertThat(run("log", "--as", "script").done().out()).isEmpty();
            store.journal().append(NOON, "b", null, Map.of());

            assertThat(run("log", "--as", "other").done().out().lines()).hasSize(2);
            assertThat(run("log", "--as", "script").done().out()).isEqualTo("2  2026-01-01 12:00:00Z  b\n");
            assertThat(run("log", "--as", "script", "--since", "1").exit()).isEqualTo(2);
            assertThat(run("log", "--as", "No Name").exit()).isEqualTo(2);
        }

        @Test
        @DisplayName("SOJU-23: goes on after --since, and SOJU-31: says first what it cannot")
        void since() {
            store.journal().append(NOON, "a", null, Map.of());
            store.journal().append(NOON, "b", null, Map.of());

            assertThat(run("log", "--since", "1").done().out()).isEqualTo("2  2026-01-01 12:00:00Z  b\n");
            assertThat(run("log", "--since", "2").done().out()).isEmpty();
            assertThat(run("log", "--since", "9").done().out())
                    .isEqualTo("(this journal never gave out that cursor; going on at 2)\n");
            assertThat(run("log", "--since", "x").exit()).isEqualTo(2);
            assertThat(Log.human(Map.of("type", "gap", "missed", 12L, "cursor", 12L)))
                    .isEqualTo("(12 entries are no longer kept)");
        }
    }
}
