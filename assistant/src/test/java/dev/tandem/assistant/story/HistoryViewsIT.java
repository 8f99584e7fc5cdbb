package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Home;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
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
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** One daemon without an account; what the phone did comes from a clone that pushes. All is done by clicking. */
@DisplayName("In the dashboard, by clicking,")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HistoryViewsIT {
    private static final String PLAN = "# Garden\n\nMarch: sow tomatoes\nApril: plant potatoes\nMay: water daily\n"
            + "June: stake the tomatoes\nJuly: harvest\n";

    private static final String LAPTOP_PLAN = PLAN.replace("sow tomatoes", "sow tomatoes and peppers");
    private static final String PHONE_PLAN = PLAN.replace("July: harvest", "July: harvest, and dry the seeds");
    private static final String MERGED_PLAN = LAPTOP_PLAN.replace("July: harvest", "July: harvest, and dry the seeds");
    private static final String LAPTOP_LIST = "bread\nmilk\ncheese\napples\n";
    private static final String PHONE_LIST = "bread\nmilk\noat milk\napples\n";

    private Device laptop;
    private Path phone;
    private ChromeDriver browser;
    private String address;

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
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1000,1100");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new java.io.File("/usr/bin/chromedriver"))
                        .build(),
                options);
        Home home = new Home(laptop.home);
        address = "http://127.0.0.1:" + home.running().orElseThrow().port() + "/";
        browser.get(address + "?token=" + home.token().orElseThrow());
    }

    private void narrow(String name) throws IOException {
        browser.manage().window().setSize(new org.openqa.selenium.Dimension(420, 900));
        pictures(name);
        browser.manage().window().setSize(new org.openqa.selenium.Dimension(1000, 1100));
    }

    @AfterAll
    void allStops() {
        if (browser != null) {
            browser.quit();
        }
        laptop.close();
    }

    private void goTo(String view) {
        browser.get(address + "#/" + view);
    }

    private List<WebElement> found(String css) {
        return browser.findElements(By.cssSelector(css));
    }

    /** Waits until the page says something. */
    private void says(String text) {
        await("the page says " + text)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(StaleElementReferenceException.class)
                .untilAsserted(
                        () -> assertThat(browser.findElement(By.tagName("body")).getText())
                                .contains(text));
    }

    /** Clicks the first button or link with that name. */
    private void click(String name) {
        By by = By.xpath("//*[self::button or self::a or self::summary][normalize-space(.)='" + name
                + "' or starts-with(@aria-label, '" + name + "')]");
        await("there is " + name)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(StaleElementReferenceException.class)
                .until(() -> {
                    for (WebElement one : browser.findElements(by)) {
                        if (one.isDisplayed()) {
                            one.click();
                            return true;
                        }
                    }
                    return false;
                });
    }

    private void pictures(String name) throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(directory.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    @Test
    @Order(1)
    @DisplayName("a folder's changes are seen, with what each changed in a text")
    void changes() throws Exception {
        goTo("history");
        says("Look at this merge");
        click("What changed: shopping.txt");
        says("butter");
        assertThat(found(".diff .added, .diff .removed")).isNotEmpty();
        assertThat(found(".diff caption")).isNotEmpty();

        pictures("history");
    }

    @Test
    @Order(2)
    @DisplayName("a conflict is seen with both versions beside each other, and settled by keeping one")
    void conflict() throws Exception {
        goTo("conflicts");
        says("cheese");
        says("oat milk");
        assertThat(found(".conflict section h3"))
                .extracting(WebElement::getText)
                .contains("By phone", "By laptop");
        pictures("conflict");
        narrow("conflict-phone");

        click("Keep this: phone");

        says("No file is in conflict.");
        assertThat(laptop.files()).containsEntry("shopping.txt", PHONE_LIST).hasSize(2);
    }

    @Test
    @Order(3)
    @DisplayName("a version is compared with the present one and restored")
    void restore() throws Exception {
        goTo("history?folder=notes&path=shopping.txt");
        says("Versions of shopping.txt");
        click("Compare with now: version 2");
        says("cheese");
        click("Restore shopping.txt");

        says("is back as a new version");
        assertThat(laptop.files()).containsEntry("shopping.txt", LAPTOP_LIST);
        pictures("versions");
    }

    @Test
    @Order(4)
    @DisplayName("a deleted file is found and restored")
    void deleted() throws Exception {
        goTo("history");
        click("Deleted files");
        says("letters/draft.txt");
        pictures("deleted");

        click("Restore letters/draft.txt");

        says("is back as a new version");
        laptop.sees("letters/draft.txt", "Dear Ada,\n\nsee you on Tuesday.\n");
    }

    @Test
    @Order(5)
    @DisplayName("an automatic merge is looked at and undone, one file")
    void merge() throws Exception {
        goTo("merges");
        says("One text with both edits.");
        click("Compare with laptop: garden plan.md");
        says("dry the seeds");
        pictures("merges");

        click("Set garden plan.md back to laptop");

        says("is as on laptop again");
        laptop.sees("garden plan.md", LAPTOP_PLAN);
    }

    @Test
    @Order(6)
    @DisplayName("a file that has changed since is not set back with the whole merge, and the page says which")
    void changed() throws Exception {
        saves("garden plan.md", "another plan\n");
        goTo("folders");
        goTo("merges");
        click("Undo, to phone’s versions");
        click("Undo");

        says("has changed since the merge");
        assertThat(laptop.files()).containsEntry("garden plan.md", "another plan\n");
    }

    @Test
    @Order(7)
    @DisplayName("both versions of a conflict are kept, under a name that was typed; then the whole merge is undone")
    void keepBothAndUndo() throws Exception {
        laptop.in(phone, "pull", "-q", "origin", "main");
        bothEdit(Map.of("garden plan.md", "of the laptop\n"), Map.of("garden plan.md", "of the phone\n"));
        goTo("conflicts");
        says("of the laptop");
        click("Or keep both, under different names");
        browser.findElement(By.cssSelector(".conflict input")).sendKeys("laptop's plan.md");
        click("Keep both");

        says("No file is in conflict.");
        assertThat(laptop.files())
                .containsEntry("garden plan.md", "of the phone\n")
                .containsEntry("laptop's plan.md", "of the laptop\n");

        goTo("merges");
        says("Both versions kept");
        click("Set garden plan.md back to laptop");

        says("is as on laptop again");
        laptop.sees("garden plan.md", "of the laptop\n");
        click("Undo, to phone’s versions");
        click("Undo");
        says("Undone: 1 file as on phone.");
        laptop.sees("garden plan.md", "of the phone\n");
    }

    @Test
    @Order(8)
    @DisplayName("two pictures in conflict are seen beside each other")
    void seen() throws Exception {
        laptop.in(phone, "pull", "-q", "origin", "main");
        bothSave(Map.of("logo.png", picture(0x0B57A4)), Map.of("logo.png", picture(0x1A7F37)));
        goTo("conflicts");
        says("They differ, but cannot be shown line by line");

        await("both are shown")
                .atMost(Duration.ofSeconds(20))
                .until(() -> found(".conflict img").stream()
                                .filter(image -> !"0".equals(image.getDomProperty("naturalWidth")))
                                .count()
                        == 2);
        pictures("conflict-pictures");
        click("Keep this: laptop");

        says("No file is in conflict.");
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
