package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.api.Home;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A dashboard in a real Chromium, used as a person uses it: by what is written on it. */
final class Page implements AutoCloseable {
    private static final Dimension DESK = new Dimension(1000, 1100);
    private static final Dimension PHONE = new Dimension(420, 900);

    private final ChromeDriver browser;
    private final String address;

    /** The page of a running device. */
    Page(Path home) throws IOException {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                        .build(),
                options);
        browser.manage().window().setSize(DESK);
        Home files = new Home(home);
        address = "http://127.0.0.1:" + files.running().orElseThrow().port() + "/";
        browser.get(address + "?token=" + files.token().orElseThrow());
    }

    void goTo(String view) {
        browser.get(address + "#/" + view);
    }

    void reload() {
        browser.navigate().refresh();
    }

    List<WebElement> found(String css) {
        return browser.findElements(By.cssSelector(css));
    }

    private static ConditionFactory patiently(String what) {
        return await(what)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(StaleElementReferenceException.class);
    }

    private String text() {
        return browser.findElement(By.tagName("main")).getText();
    }

    /** Waits until it says something. */
    void says(String text) {
        patiently("the page says " + text)
                .untilAsserted(() -> assertThat(text()).contains(text));
    }

    /** Waits until it does not say it any more. */
    void saysNoMore(String text) {
        patiently("the page says no more " + text)
                .untilAsserted(() -> assertThat(text()).doesNotContain(text));
    }

    /** Clicks the first button or link with that name. */
    void click(String name) {
        By by = By.xpath("//*[self::button or self::a or self::summary][normalize-space(.)='" + name
                + "' or starts-with(@aria-label, '" + name + "')]");
        patiently("there is " + name).until(() -> {
            for (WebElement one : browser.findElements(by)) {
                if (one.isDisplayed()) {
                    one.click();
                    return true;
                }
            }
            return false;
        });
    }

    /** Clicks the button that submits the form of a field. */
    void submit(String label) {
        field(label)
                .findElement(By.xpath("./ancestor::form//button[@type='submit']"))
                .click();
    }

    /** The field with that label. */
    WebElement field(String label) {
        By by = By.xpath("//label[normalize-space(.)='" + label + "']");
        patiently("there is a field " + label)
                .until(() -> !browser.findElements(by).isEmpty());
        return browser.findElement(By.id(browser.findElement(by).getDomAttribute("for")));
    }

    /** Types into a field, instead of what it holds. */
    void type(String label, String text) {
        patiently("a field " + label + " can be written")
                .until(() -> field(label).isDisplayed());
        WebElement field = field(label);
        field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        field.sendKeys(text);
    }

    /** Says yes to the question that is asked. */
    void confirm() {
        By by = By.cssSelector("dialog[open] button.danger");
        patiently("a question is asked").until(() -> !browser.findElements(by).isEmpty());
        browser.findElement(by).click();
    }

    /** What a field holds. */
    String value(String label) {
        return String.valueOf(field(label).getDomProperty("value"));
    }

    /** Chooses from a list by what is written there. */
    void choose(String label, String option) {
        field(label)
                .findElement(By.xpath(".//option[normalize-space(.)='" + option + "']"))
                .click();
    }

    /** Keeps how it looks, in target/screenshots. */
    void picture(String name) throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(directory.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    /** The same as a phone shows it. */
    void phonePicture(String name) throws IOException {
        browser.manage().window().setSize(PHONE);
        picture(name);
        browser.manage().window().setSize(DESK);
    }

    @Override
    public void close() {
        browser.quit();
    }
}
