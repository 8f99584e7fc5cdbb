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
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The dashboard of one device in a window of a real browser, and what a person does there. */
final class Dashboard {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Dimension DESK = new Dimension(1000, 1000);

    private final ChromeDriver browser;
    private final String window;
    private final String address;

    private Dashboard(ChromeDriver browser, Device device) throws IOException {
        this.browser = browser;
        window = browser.getWindowHandle();
        Home home = new Home(device.home);
        address = "http://127.0.0.1:" + home.running().orElseThrow().port() + "/";
        browser.get(address + "?token=" + home.token().orElseThrow());
    }

    /** Without Chromium this fails: a test that is skipped there would be no test. */
    static ChromeDriver browser() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1000,1000");
        File driver = new File("/usr/bin/chromedriver");
        return new ChromeDriver(
                new ChromeDriverService.Builder().usingDriverExecutable(driver).build(), options);
    }

    /** Opens the first window's page. */
    static Dashboard of(Device device, ChromeDriver browser) throws IOException {
        return new Dashboard(browser, device);
    }

    /** The same for another device, in a window of its own. */
    static Dashboard besides(Device device, ChromeDriver browser) throws IOException {
        browser.switchTo().newWindow(WindowType.WINDOW);
        return new Dashboard(browser, device);
    }

    private ChromeDriver here() {
        browser.switchTo().window(window);
        return browser;
    }

    private static ConditionFactory patiently(String what) {
        return await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(StaleElementReferenceException.class);
    }

    void goTo(String view) {
        here().get(address + "#/" + view);
    }

    void reload() {
        here().navigate().refresh();
    }

    /** Waits until the page says that. */
    void says(String text) {
        patiently("the page says " + text)
                .untilAsserted(() -> assertThat(text()).contains(text));
    }

    void saysNo(String text) {
        patiently("the page says no " + text)
                .untilAsserted(() -> assertThat(text()).doesNotContain(text));
    }

    private String text() {
        return here().findElement(By.tagName("body")).getText();
    }

    /** The text of the first such element, once it is there. */
    String read(String css) {
        return patiently("there is " + css)
                .until(
                        () -> {
                            List<WebElement> found = here().findElements(By.cssSelector(css));
                            return found.isEmpty() ? "" : found.get(0).getText();
                        },
                        text -> !text.isEmpty());
    }

    void reads(String css, String text) {
        patiently(css + " says " + text)
                .untilAsserted(() -> assertThat(read(css)).isEqualTo(text));
    }

    List<WebElement> found(String css) {
        return here().findElements(By.cssSelector(css));
    }

    /**
     * Clicks the first button or link that is seen and has that name, or a label that begins so; what is asked about is
     * asked in front of the rest.
     */
    void click(String name) {
        By by = By.xpath("//*[self::button or self::a or self::summary][normalize-space(.)='" + name
                + "' or starts-with(@aria-label, '" + name + "')]");
        patiently("there is " + name).until(() -> {
            boolean asked = !here().findElements(By.cssSelector("dialog[open]")).isEmpty();
            for (WebElement one : browser.findElements(by)) {
                boolean inFront = !asked
                        || !one.findElements(By.xpath("ancestor::dialog")).isEmpty();
                if (inFront && one.isDisplayed()) {
                    one.click();
                    return true;
                }
            }
            return false;
        });
    }

    /** Types into the fields of a section, by their labels. */
    void fills(String section, Map<String, String> fields) {
        fields.forEach((label, text) -> {
            By by = By.xpath("//section[h2='" + section + "']//label[normalize-space(.)='" + label
                    + "']/following-sibling::input");
            patiently(section + " has a field " + label)
                    .until(() -> !here().findElements(by).isEmpty());
            WebElement field = browser.findElement(by);
            field.clear();
            field.sendKeys(text);
        });
    }

    /** The field with that label. */
    private WebElement field(String label) {
        By by = By.xpath("//label[normalize-space(.)='" + label + "']");
        patiently("there is a field " + label)
                .until(() -> !here().findElements(by).isEmpty()
                        && browser.findElements(by).get(0).isDisplayed());
        return browser.findElement(By.id(browser.findElement(by).getDomAttribute("for")));
    }

    /** Types into a field, instead of what it holds. */
    void type(String label, String text) {
        WebElement field = field(label);
        field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        field.sendKeys(text);
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

    /** Clicks the button below a field that says what it holds. */
    void submit(String label) {
        field(label)
                .findElement(By.xpath("./ancestor::form//button[@type='submit']"))
                .click();
    }

    /** What is focused says this. */
    String focused() {
        return here().switchTo().activeElement().getText();
    }

    /** Runs a script in the page; waits for it, if it takes time. */
    Object run(String script) {
        return here().executeScript(script);
    }

    /** Shows it as to somebody who likes it that way: light or dark. */
    void likes(String scheme) {
        here().executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** A window as wide as a phone's, which no window of a desk can be. */
    void isAPhone(boolean phone) {
        if (phone) {
            here().executeCdpCommand(
                            "Emulation.setDeviceMetricsOverride",
                            Map.of("width", 390, "height", 844, "deviceScaleFactor", 1, "mobile", true));
        } else {
            here().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
            browser.manage().window().setSize(DESK);
        }
    }

    /** How much wider the page is than its window, in pixels: more than 0 is to be scrolled sideways. */
    long overflow() {
        return (Long) run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    void picture(String name) throws IOException {
        Path directory = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(directory.resolve(name + ".png"), here().getScreenshotAs(OutputType.BYTES));
    }
}
