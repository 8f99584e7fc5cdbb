package dev.tandem.assistant.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The graphical desktop that the command was called from, if any. */
final class Desktop {
    private final Map<String, String> environment;
    private final String system;

    /**
     * Looks at what the shell says.
     *
     * @param environment the process's environment
     * @param system the property {@code os.name}
     */
    Desktop(Map<String, String> environment, String system) {
        this.environment = environment;
        this.system = system;
    }

    /**
     * Has a directory, a file or an address opened by the program that the user has chosen for such; does not wait.
     *
     * @return false if there is no desktop, or nothing that knows how
     */
    boolean open(String what) throws IOException {
        boolean mac = system.startsWith("Mac");
        if (!mac && !environment.containsKey("DISPLAY") && !environment.containsKey("WAYLAND_DISPLAY")) {
            return false;
        }
        Optional<Path> opener = inPath(mac ? "open" : "xdg-open");
        if (opener.isEmpty()) {
            return false;
        }
        new ProcessBuilder(opener.get().toString(), what)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return true;
    }

    private Optional<Path> inPath(String program) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
