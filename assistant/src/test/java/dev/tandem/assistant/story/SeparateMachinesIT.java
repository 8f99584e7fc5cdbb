package dev.tandem.assistant.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import dev.tandem.xmpp.testing.Namespaces;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One story, told in order: three machines, a server on one, and between the devices a cable of their own. */
@DisplayName("Two devices on machines of their own")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SeparateMachinesIT {
    private static final int LARGE = 60_000_000;

    private Namespaces machines;
    private Prosody server;
    private Machine laptop;
    private Machine phone;

    @BeforeAll
    void threeMachines(@TempDir Path directory) throws Exception {
        machines = Namespaces.create(directory.resolve("logs"));
        machines.swallow();
        server = Prosody.start(directory.resolve("prosody"), machines);
        server.addUser("ada", "her password").addUser("phone", "another password");
        laptop = new Machine(machines, Namespaces.Host.A, directory);
        phone = new Machine(machines, Namespaces.Host.B, directory);
    }

    @AfterAll
    void allStops() {
        server.close();
        machines.close();
    }

    @Test
    @Order(1)
    @DisplayName("with a firewall between them that drops everything, sync through their accounts")
    void firewalled() throws Exception {
        laptop.signsIn(server, "ada@localhost", "her password");
        phone.signsIn(server, "phone@localhost", "another password");
        laptop.writes("first.txt", "through the server\n".getBytes(UTF_8));
        laptop.tandem("add", laptop.folder.toString(), "--name", "notes");
        List<String> code = Splitter.on(' ')
                .splitToList(laptop.tandem("pair", "notes", "--print").get(0));
        phone.tandem("pair", code.get(0), code.get(1), phone.folder.toString());

        phone.sees("first.txt", "through the server\n".getBytes(UTF_8));
        assertThat(phone.carrier()).contains("in-band");
    }

    @Test
    @Order(2)
    @DisplayName("once the way is free, take it, and do without the server")
    void direct() throws Exception {
        machines.restore();
        laptop.isReached("direct");
        phone.isReached("direct");
        server.kill();

        laptop.writes("second.txt", "past the server\n".getBytes(UTF_8));

        phone.sees("second.txt", "past the server\n".getBytes(UTF_8));
    }

    @Test
    @Order(3)
    @DisplayName("find each other on their network after both were off, without any server")
    void neighbours() throws Exception {
        laptop.die();
        phone.die();
        laptop.start();
        phone.start();
        phone.isReached("direct");

        phone.writes("third.txt", "no server at all\n".getBytes(UTF_8));

        laptop.sees("third.txt", "no server at all\n".getBytes(UTF_8));
    }

    @Test
    @Order(4)
    @DisplayName(
            "GRID-44: when the cable is pulled in the middle of a push, finish it through their accounts by themselves")
    void cutInTheMiddle() throws Exception {
        server.restart();
        laptop.isReached("direct");
        byte[] large = new byte[LARGE];
        new Random(1).nextBytes(large);
        laptop.writes("large.bin", large);

        phone.isReceiving(LARGE / 10);
        machines.cut();

        phone.sees("large.bin", large);
        assertThat(phone.carrier()).contains("in-band");
    }
}
