package dev.tandem.assistant.cli;

import java.util.List;

/** All commands, in the order and under the headings of the help. */
enum Verbs {
    DEMO("demo", Section.START),
    START("start", Section.START),
    STOP("stop", Section.START),
    DAEMON("daemon", Section.START),
    ACCOUNT("account", Section.SET_UP),
    ADD("add", Section.SET_UP),
    REMOVE("remove", Section.SET_UP),
    PAIR("pair", Section.SET_UP),
    REMOTE("remote", Section.SET_UP),
    PEERS("peers", Section.SET_UP),
    WANT("want", Section.SET_UP),
    LIMIT("limit", Section.SET_UP),
    STATUS("status", Section.EVERY_DAY),
    SYNC("sync", Section.EVERY_DAY),
    LOG("log", Section.EVERY_DAY),
    HISTORY("history", Section.EVERY_DAY),
    RESTORE("restore", Section.EVERY_DAY),
    GET("get", Section.EVERY_DAY),
    DROP("drop", Section.EVERY_DAY),
    WHEREIS("whereis", Section.EVERY_DAY),
    DOCTOR("doctor", Section.EVERY_DAY),
    CONFIRM("confirm", Section.EVERY_DAY),
    UNDO("undo", Section.EVERY_DAY),
    QUEUE("queue", Section.EVERY_DAY),
    PAUSE("pause", Section.EVERY_DAY),
    RESUME("resume", Section.EVERY_DAY),
    OPEN("open", Section.EVERY_DAY),
    WEB("web", Section.EVERY_DAY);

    private final String command;
    private final Section section;

    Verbs(String command, Section section) {
        this.command = command;
        this.section = section;
    }

    /** A heading of the help. */
    enum Section {
        START("First steps and the daemon"),
        SET_UP("Accounts, folders and devices"),
        EVERY_DAY("Every day");

        private final String heading;

        Section(String heading) {
            this.heading = heading;
        }

        String heading() {
            return heading;
        }

        List<Verbs> verbs() {
            return List.of(Verbs.values()).stream()
                    .filter(verb -> verb.section == this)
                    .toList();
        }
    }

    String command() {
        return command;
    }

    /** The command itself, as picocli reads it; made only when it is used. */
    Object make() {
        return switch (this) {
            case DEMO -> new Demo();
            case START -> new Start();
            case STOP -> new Stop();
            case DAEMON -> new RunDaemon();
            case ACCOUNT -> new Account();
            case ADD -> new Add();
            case REMOVE -> new Remove();
            case PAIR -> new Pair();
            case REMOTE -> new Remote();
            case PEERS -> new Peers();
            case WANT -> new Want();
            case LIMIT -> new Limit();
            case STATUS -> new ShowStatus();
            case SYNC -> new Sync();
            case LOG -> new Log();
            case HISTORY -> new History();
            case RESTORE -> new Restore();
            case GET -> new Get();
            case DROP -> new Drop();
            case WHEREIS -> new Whereis();
            case DOCTOR -> new Doctor();
            case CONFIRM -> new Confirm();
            case UNDO -> new Undo();
            case QUEUE -> new Queue();
            case PAUSE -> new Pause();
            case RESUME -> new Resume();
            case OPEN -> new OpenFolder();
            case WEB -> new Web();
        };
    }
}
