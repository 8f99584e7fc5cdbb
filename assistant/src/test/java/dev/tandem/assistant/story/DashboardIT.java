package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

/** One story, told in order: two devices, a real server, a real browser with a window for each device's page. */
@DisplayName("In the dashboards of two devices, by clicking,")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardIT {
    private static final int FILES = 30;

    /** Slow enough to be looked at, in bytes a second. */
    private static final int RATE = 100_000;

    private Prosody server;
    private Device laptop;
    private Device phone;
    private ChromeDriver browser;
    private Dashboard onLaptop;
    private Dashboard onPhone;

    @BeforeAll
    void twoDevicesWithAPage(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "her password").addUser("phone", "another password");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        laptop.signIn(server, "ada@localhost", "her password");
        phone.signIn(server, "phone@localhost", "another password");
        for (int i = 0; i < FILES; i++) {
            laptop.writes("letter" + i, "dear " + i);
        }
        browser = Dashboard.browser();
        onLaptop = Dashboard.of(laptop, browser);
        onPhone = Dashboard.besides(phone, browser);
    }

    @AfterAll
    void end() throws Exception {
        if (browser != null) {
            browser.quit();
        }
        phone.close();
        laptop.close();
        server.close();
    }

    @Test
    @Order(1)
    @DisplayName("a folder is added by its path")
    void add() {
        onLaptop.says("There is no folder yet");
        onLaptop.click("Pair");
        onLaptop.fills("Add a folder of this device", Map.of("Directory", laptop.folder.toString(), "Name", "notes"));
        onLaptop.click("Add");

        onLaptop.says("notes is kept in sync from now on");
        onLaptop.click("Folders");
        onLaptop.says(laptop.folder.toString());
        onLaptop.says("No other device has this folder yet.");
        assertThat(onLaptop.read(".folder h2")).isEqualTo("notes");
    }

    @Test
    @Order(2)
    @DisplayName("a code is shown on one and typed on the other; both say who the other is, and that they are in sync")
    void pair() throws IOException {
        onLaptop.click("Pair a device");
        onLaptop.click("Show a code");
        String jid = onLaptop.read(".offer .jid");
        String code = onLaptop.read(".offer .key");
        assertThat(jid).isEqualTo("ada@localhost");
        assertThat(onLaptop.read(".offer"))
                .contains("tandem pair " + jid + " " + code)
                .containsPattern("(10:00|9:[0-5]\\d)");
        assertThat(onLaptop.run(
                        "const q = document.querySelector('.qr').getBoundingClientRect(); return q.width > 150"))
                .isEqualTo(true);
        onLaptop.picture("pair");

        onPhone.goTo("pair");
        onPhone.fills(
                "Join a folder of another device",
                Map.of("Address", jid, "Code", code, "Directory", phone.folder.toString()));
        onPhone.click("Join");

        onPhone.says("Paired with laptop: notes is in sync in " + phone.folder);
        onLaptop.says("phone has joined notes.");
        phone.sees("letter29", "dear 29");
        onLaptop.click("Folders");
        onPhone.click("Folders");
        onLaptop.says("In sync");
        onPhone.says("In sync");
        onLaptop.says("through the server");
    }

    @Test
    @Order(3)
    @DisplayName("a wrong code and no code are refused in a line that stays")
    void wrongCode() throws IOException {
        onPhone.goTo("pair");
        onPhone.click("Join");
        onPhone.says("type the address and the code");
        onPhone.fills("Join a folder of another device", Map.of("Address", "ada@localhost", "Code", "no-such-code"));
        onPhone.click("Join");
        onPhone.says("no code is open");
        onPhone.picture("pair-refused");
        onPhone.click("Folders");
    }

    @Test
    @Order(4)
    @DisplayName("a file arrives, both pages say in sync, and the pages look as they should")
    void inSync() throws IOException {
        laptop.writes("news", "there is some");
        phone.sees("news", "there is some");
        phone.isInSyncWith(laptop);
        for (Dashboard page : new Dashboard[] {onLaptop, onPhone}) {
            page.says("main at " + laptop.status().head().substring(0, 8));
            page.reads(".folder .state", "synced");
            page.says("last in sync just now");
        }
        pictures("folders");
    }

    private void pictures(String name) throws IOException {
        onLaptop.likes("light");
        onLaptop.picture(name);
        onLaptop.likes("dark");
        onLaptop.picture(name + "-dark");
        onLaptop.likes("light");
        onLaptop.isAPhone(true);
        assertThat(onLaptop.overflow())
                .as("what is to be scrolled sideways on a phone")
                .isZero();
        onLaptop.picture(name + "-phone");
        onLaptop.isAPhone(false);
    }

    @Test
    @Order(5)
    @DisplayName("a folder is paused, resumed and synced; the button that was pressed keeps the focus")
    void pause() throws IOException {
        onLaptop.click("Pause");
        onLaptop.says("notes is paused");
        onLaptop.reads(".folder .state", "paused");
        phone.writes("from the phone", "meanwhile");
        onPhone.says("Not in sync: ");
        assertThat(laptop.folder.resolve("from the phone")).doesNotExist();
        assertThat(onLaptop.focused()).isEqualTo("Resume");

        onLaptop.click("Resume");

        laptop.sees("from the phone", "meanwhile");
        onLaptop.says("In sync");
        assertThat(onLaptop.focused()).isEqualTo("Pause");
        onLaptop.click("Sync now");
        onLaptop.says("as 1 other device.");
    }

    @Test
    @Order(6)
    @DisplayName("a deletion that is held is asked about, and the files are brought back")
    void held() throws IOException {
        Map<String, String> before = phone.files();
        for (int i = 0; i < 20; i++) {
            laptop.deletes("letter" + i);
        }
        onLaptop.says("20 of 32 files have vanished here at once");
        onLaptop.says("tandem undo notes");
        onLaptop.saysNo("NAME");
        assertThat(onLaptop.read(".alert .state")).isEqualTo("error");
        pictures("alert");
        onLaptop.click("Delete them");
        onLaptop.says("Delete these files of notes?");
        onLaptop.click("Cancel");
        assertThat(phone.files()).isEqualTo(before);

        onLaptop.click("Bring them back");

        onLaptop.says("come back on all devices");
        onLaptop.saysNo("have vanished here");
        laptop.sees("letter19", "dear 19");
        assertThat(laptop.files()).isEqualTo(before);
    }

    @Test
    @Order(7)
    @DisplayName("a large file on its way is seen on both, with how far it is and how long it takes")
    void transfer() throws Exception {
        Path drive = laptop.home.resolve("drive.git");
        laptop.git("init", "-q", "--bare", drive.toString());
        laptop.actions().addRemote("notes", "drive", drive.toString());
        onLaptop.says("Git remotes");
        limitTo(RATE);
        byte[] film = new byte[3 << 20];
        new SplittableRandom(7).nextBytes(film);
        laptop.writes("holiday film.mp4", film);

        onPhone.says("Getting holiday film.mp4 from laptop");
        onLaptop.says("Sending holiday film.mp4 to phone");
        onLaptop.says(" of 3.1 MB");
        onLaptop.says(" left");
        assertThat((Boolean) onLaptop.run("const bar = document.querySelector('.folder progress');"
                        + "return bar.position > 0 && bar.position < 1"))
                .isTrue();
        onLaptop.reload();
        onLaptop.says(" left");
        pictures("dashboard");

        limitTo(0);
        phone.sees("holiday film.mp4", film);
        onPhone.saysNo("Getting");
        onLaptop.saysNo("Sending");
        onPhone.reads(".folder .state", "synced");
    }

    private void limitTo(int bytesASecond) {
        assertThat(onLaptop.run("return fetch('/api/limits', {method: 'POST', body: '{\"up\":" + bytesASecond
                        + "}'}).then(answer => answer.status)"))
                .isEqualTo(200L);
    }

    @Test
    @Order(8)
    @DisplayName("a deletion is meant here, so the other page asks in its turn, and brings the files back everywhere")
    void meant() throws IOException {
        for (int i = 0; i < 20; i++) {
            laptop.deletes("letter" + i);
        }
        onLaptop.click("Delete them");
        onLaptop.click("Delete them");
        onLaptop.says("are deleted here; their history stays");
        onPhone.says("20 of 33 files were deleted on laptop");
        onLaptop.saysNo("have vanished here");
        assertThat(phone.folder.resolve("letter19")).exists();

        onPhone.click("Bring them back");

        laptop.sees("letter19", "dear 19");
        phone.isInSyncWith(laptop);
        assertThat(phone.folder.resolve("letter0")).hasContent("dear 0");
        onPhone.saysNo("were deleted on laptop");
    }
}
