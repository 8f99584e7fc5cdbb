package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

/** One daemon without an account, its page in a real Chromium. */
@DisplayName("In the dashboard")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SettingsViewsIT {
    private Device laptop;
    private ChromeDriver browser;
    private Dashboard page;
    private Path directory;

    @BeforeAll
    void begin(@TempDir Path temporary) throws Exception {
        directory = temporary;
        laptop = new Device("laptop", directory);
        laptop.keepsInSync();
        browser = Dashboard.browser();
        page = Dashboard.of(laptop, browser);
    }

    @AfterAll
    void allStops() {
        if (browser != null) {
            browser.quit();
        }
        laptop.close();
    }

    @Test
    @DisplayName("the timeline tells of an edit when it is made, and shows only what it is asked for")
    void timeline() throws Exception {
        page.goTo("timeline");
        page.says("The daemon started");

        laptop.writes("garden.md", "tomatoes\n".getBytes(StandardCharsets.UTF_8));

        page.says("garden.md");
        page.choose("What", "Changes");
        page.saysNo("The daemon started");
        page.says("garden.md");
        page.choose("What", "Merges and conflicts");
        page.says("Nothing of that kind");
        page.choose("What", "Everything");
        page.says("The daemon started");
        page.picture("timeline");
    }

    @Test
    @DisplayName("limits are set, and hold after the page was loaded anew")
    void limits() throws Exception {
        page.goTo("settings");
        page.type("Sending", "250");
        page.submit("Sending");
        page.goTo("timeline");
        page.says("The daemon started");

        page.goTo("settings");

        assertThat(page.value("Sending")).isEqualTo("250");
        page.type("Sending", "0");
        page.submit("Sending");
    }

    @Test
    @DisplayName("what is not synced is written to .gitignore; not over what somebody else has written meanwhile")
    void ignored() throws Exception {
        page.goTo("settings");
        page.type(".gitignore", "*.tmp\nbuild/\n");
        page.submit(".gitignore");
        laptop.eventually("is written", () -> Files.exists(laptop.folder.resolve(".gitignore")));
        assertThat(laptop.folder.resolve(".gitignore")).hasContent("*.tmp\nbuild/\n");
        page.picture("settings");

        Files.writeString(laptop.folder.resolve(".gitignore"), "by hand\n");
        page.type(".gitignore", "mine\n");
        page.submit(".gitignore");

        page.says("nothing was written");
        assertThat(laptop.folder.resolve(".gitignore")).hasContent("by hand\n");
    }

    @Test
    @DisplayName("which files are large is said to git-annex, and refused if it cannot be understood")
    void large() throws Exception {
        page.goTo("settings");
        page.type("Large are", "largerthan=");
        page.submit("Large are");
        page.says("nothing was changed");

        page.type("Large are", "largerthan=5mb or include=*.iso");
        page.submit("Large are");

        laptop.eventually(
                "is said",
                () -> laptop.in(laptop.folder, "annex", "config", "--get", "annex.largefiles")
                        .contains("include=*.iso"));
    }

    @Test
    @DisplayName("a git remote is added and removed")
    void remotes() throws Exception {
        Path drive = directory.resolve("drive.git");
        laptop.in(directory, "init", "-q", "--bare", drive.toString());
        page.goTo("remotes");
        page.type("Name", "drive");
        page.type("Address", drive.toString());
        page.submit("Address");
        page.says("Remove");
        laptop.eventually("is pushed there", () -> laptop.in(drive, "branch").contains("main"));
        page.picture("remotes");

        page.click("Remove drive");
        page.click("Remove");

        page.says("None yet");
    }

    @Test
    @DisplayName("this device is renamed; accounts and devices say that there are none yet")
    void names() throws Exception {
        page.goTo("devices");
        page.says("No other device yet");
        page.click("Rename this device");
        page.type("New name", "workbench");
        page.submit("New name");
        page.says("The others call it workbench");
        page.isAPhone(true);
        page.picture("devices-phone");
        page.isAPhone(false);

        page.goTo("accounts");
        page.says("No account yet");
        page.type("Address (JID)", "nobody");
        page.submit("Address (JID)");
        page.says("not an account");
    }
}
