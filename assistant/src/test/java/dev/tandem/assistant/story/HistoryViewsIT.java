package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.api.ActionFailed;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** One daemon without an account; what the phone did comes from a clone that pushes. All is done by clicking. */
@DisplayName("In the dashboard, by clicking,")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HistoryViewsIT {
    private static final String PLAN = """
            # Garden

            March: sow tomatoes
            April: plant potatoes
            May: water daily
            June: stake the tomatoes
            July: harvest
            """;

    private static final String LAPTOP_PLAN = PLAN.replace("sow tomatoes", "sow tomatoes and peppers");
    private static final String PHONE_PLAN = PLAN.replace("July: harvest", "July: harvest, and dry the seeds");
    private static final String MERGED_PLAN = LAPTOP_PLAN.replace("July: harvest", "July: harvest, and dry the seeds");
    private static final String LAPTOP_LIST = "bread\nmilk\ncheese\napples\n";
    private static final String PHONE_LIST = "bread\nmilk\noat milk\napples\n";

    private Device laptop;
    private Path phone;
    private ChromeDriver browser;
    private Dashboard page;

    @BeforeAll
    void aPast(@TempDir Path directory) throws Exception {
        laptop = new Device("laptop", directory);
        laptop.keepsInSync();
        saves("garden plan.md", PLAN);
        saves("shopping.txt", "bread\nmilk\nbutter\napples\n");
        saves("letters/draft.txt", "Dear Ada,\n\nsee you on Monday.\n");
        saves("letters/draft.txt", "Dear Ada,\n\nsee you on Tuesday.\n");
        phone = directory.resolve("phone");
        laptop.in(directory, "clone", "-q", laptop.folder.toString(), phone.toString());
        laptop.deletes("letters/draft.txt");
        synced();
        bothEdit(
                Map.of("garden plan.md", LAPTOP_PLAN, "shopping.txt", LAPTOP_LIST),
                Map.of("garden plan.md", PHONE_PLAN, "shopping.txt", PHONE_LIST));
        laptop.sees("garden plan.md", MERGED_PLAN);
        synced();
        open();
    }

    /** The phone a second later, so that its version keeps the name. */
    private void bothEdit(Map<String, String> here, Map<String, String> there) throws Exception {
        bothSave(bytes(here), bytes(there));
    }

    private static Map<String, byte[]> bytes(Map<String, String> texts) {
        Map<String, byte[]> bytes = new HashMap<>();
        texts.forEach((file, text) -> bytes.put(file, text.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    private void bothSave(Map<String, byte[]> here, Map<String, byte[]> there) throws Exception {
        for (Map.Entry<String, byte[]> file : here.entrySet()) {
            laptop.writes(file.getKey(), file.getValue());
        }
        synced();
        Instant edited = Instant.now();
        laptop.eventually("is edited on the phone later", () -> Instant.now().isAfter(edited.plusSeconds(1)));
        for (Map.Entry<String, byte[]> file : there.entrySet()) {
            Files.write(phone.resolve(file.getKey()), file.getValue());
        }
        laptop.in(phone, "add", "-A");
        laptop.in(phone, "-c", "user.name=phone", "commit", "-qam", "Changed " + there.size() + " files");
        laptop.in(phone, "push", "-q", "origin", "HEAD:synced/main");
    }

    private void saves(String file, String content) throws Exception {
        laptop.writes(file, content);
        synced();
    }

    private void synced() throws ActionFailed {
        laptop.actions().sync(Optional.of("notes"), Duration.ofSeconds(60));
    }

    private void open() throws IOException {
        browser = Dashboard.browser();
        page = Dashboard.of(laptop, browser);
    }

    private void narrow(String name) throws IOException {
        page.isAPhone(true);
        page.picture(name);
        page.isAPhone(false);
    }

    @AfterAll
    void allStops() {
        if (browser != null) {
            browser.quit();
        }
        laptop.close();
    }

    @Test
    @Order(1)
    @DisplayName("a folder's changes are seen, with what each changed in a text")
    void changes() throws Exception {
        page.goTo("history");
        page.says("Look at this merge");
        page.click("What changed: shopping.txt");
        page.says("butter");
        assertThat(page.found(".diff .added, .diff .removed")).isNotEmpty();
        assertThat(page.found(".diff caption")).isNotEmpty();

        page.picture("history");
    }

    @Test
    @Order(2)
    @DisplayName("a conflict is seen with both versions beside each other, and settled by keeping one")
    void conflict() throws Exception {
        page.goTo("conflicts");
        page.says("cheese");
        page.says("oat milk");
        assertThat(page.found(".conflict section h3"))
                .extracting(WebElement::getText)
                .contains("By phone", "By laptop");
        page.picture("conflict");
        narrow("conflict-phone");

        page.click("Keep this: phone");

        page.says("No file is in conflict.");
        assertThat(laptop.files()).containsEntry("shopping.txt", PHONE_LIST).hasSize(2);
    }

    @Test
    @Order(3)
    @DisplayName("a version is compared with the present one and restored")
    void restore() throws Exception {
        page.goTo("history?folder=notes&path=shopping.txt");
        page.says("Versions of shopping.txt");
        page.click("Compare with now: version 2");
        page.says("cheese");
        page.click("Restore shopping.txt");

        page.says("is back as a new version");
        assertThat(laptop.files()).containsEntry("shopping.txt", LAPTOP_LIST);
        page.picture("versions");
    }

    @Test
    @Order(4)
    @DisplayName("a deleted file is found and restored")
    void deleted() throws Exception {
        page.goTo("history");
        page.click("Deleted files");
        page.says("letters/draft.txt");
        page.picture("deleted");

        page.click("Restore letters/draft.txt");

        page.says("is back as a new version");
        laptop.sees("letters/draft.txt", "Dear Ada,\n\nsee you on Tuesday.\n");
    }

    @Test
    @Order(5)
    @DisplayName("an automatic merge is looked at and undone, one file")
    void merge() throws Exception {
        page.goTo("merges");
        page.says("One text with both edits.");
        page.click("Compare with laptop: garden plan.md");
        page.says("dry the seeds");
        page.picture("merges");

        page.click("Set garden plan.md back to laptop");

        page.says("is as on laptop again");
        laptop.sees("garden plan.md", LAPTOP_PLAN);
    }

    @Test
    @Order(6)
    @DisplayName("a file that has changed since is not set back with the whole merge, and the page says which")
    void changed() throws Exception {
        saves("garden plan.md", "another plan\n");
        page.goTo("folders");
        page.goTo("merges");
        page.click("Undo, to phone’s versions");
        page.click("Undo");

        page.says("has changed since the merge");
        assertThat(laptop.files()).containsEntry("garden plan.md", "another plan\n");
    }

    @Test
    @Order(7)
    @DisplayName("both versions of a conflict are kept, under a name that was typed; then the whole merge is undone")
    void keepBothAndUndo() throws Exception {
        laptop.in(phone, "pull", "-q", "origin", "main");
        bothEdit(Map.of("garden plan.md", "of the laptop\n"), Map.of("garden plan.md", "of the phone\n"));
        page.goTo("conflicts");
        page.says("of the laptop");
        page.click("Or keep both, under different names");
        page.found(".conflict input").get(0).sendKeys("laptop's plan.md");
        page.click("Keep both");

        page.says("No file is in conflict.");
        assertThat(laptop.files())
                .containsEntry("garden plan.md", "of the phone\n")
                .containsEntry("laptop's plan.md", "of the laptop\n");

        page.goTo("merges");
        page.says("Both versions kept");
        page.click("Set garden plan.md back to laptop");

        page.says("is as on laptop again");
        laptop.sees("garden plan.md", "of the laptop\n");
        page.click("Undo, to phone’s versions");
        page.click("Undo");
        page.says("Undone: 1 file as on phone.");
        laptop.sees("garden plan.md", "of the phone\n");
    }

    @Test
    @Order(8)
    @DisplayName("two pictures in conflict are seen beside each other")
    void seen() throws Exception {
        laptop.in(phone, "pull", "-q", "origin", "main");
        bothSave(Map.of("logo.png", picture(0x0B57A4)), Map.of("logo.png", picture(0x1A7F37)));
        page.goTo("conflicts");
        page.says("They differ, but cannot be shown line by line");

        await("both are shown")
                .atMost(Duration.ofSeconds(20))
                .until(() -> page.found(".conflict img").stream()
                                .filter(image -> !"0".equals(image.getDomProperty("naturalWidth")))
                                .count()
                        == 2);
        page.picture("conflict-pictures");
        page.click("Keep this: laptop");

        page.says("No file is in conflict.");
        assertThat(Files.readAllBytes(laptop.folder.resolve("logo.png"))).isEqualTo(picture(0x0B57A4));
    }

    private static byte[] picture(int colour) throws IOException {
        BufferedImage image = new BufferedImage(240, 120, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < 240; x++) {
            for (int y = 0; y < 120; y++) {
                image.setRGB(x, y, (x - 120) * (x - 120) / 4 + (y - 60) * (y - 60) < 2500 ? colour : 0xF5F6F8);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
