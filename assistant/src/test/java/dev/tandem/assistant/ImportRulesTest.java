package dev.tandem.assistant;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom; {@code docs/architecture.md} says why. */
@AnalyzeClasses(packages = "dev.tandem", importOptions = ImportRulesTest.NoTests.class)
class ImportRulesTest {
    /** Leaves out test classes, also those that come as another module's test jar. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.tandem.(*).(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule GIT_KNOWS_NO_NETWORK = noClasses()
            .that()
            .resideInAPackage("dev.tandem.gitsync..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.xmpp..", "dev.tandem.assistant..");

    @ArchTest
    static final ArchRule XMPP_KNOWS_NO_GIT = noClasses()
            .that()
            .resideInAPackage("dev.tandem.xmpp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.gitsync..", "dev.tandem.assistant..", "org.eclipse.jgit..");

    @ArchTest
    static final ArchRule MERGES_ARE_PURE = noClasses()
            .that()
            .resideInAPackage("dev.tandem.gitsync.merge..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.gitsync.repo..",
                    "dev.tandem.gitsync.worktree..",
                    "dev.tandem.gitsync.annex..",
                    "dev.tandem.gitsync.exchange..",
                    "java.nio.file..");

    @ArchTest
    static final ArchRule EXCHANGE_SEES_ONLY_THE_REPOSITORY = noClasses()
            .that()
            .resideInAPackage("dev.tandem.gitsync.exchange..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.gitsync.worktree..", "dev.tandem.gitsync.merge..");

    @ArchTest
    static final ArchRule REMOTES_AND_HISTORY_TOUCH_NO_FILE = noClasses()
            .that()
            .resideInAnyPackage("dev.tandem.gitsync.remotes..", "dev.tandem.gitsync.history..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.gitsync.worktree..", "dev.tandem.gitsync.exchange..");

    @ArchTest
    static final ArchRule SSH_STAYS_IN_REMOTES = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.gitsync.remotes..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jgit.transport.sshd..", "org.apache.sshd..");

    @ArchTest
    static final ArchRule ACCOUNT_IS_LOWEST = noClasses()
            .that()
            .resideInAPackage("dev.tandem.xmpp.account..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.xmpp.carrier..", "dev.tandem.xmpp.link..", "dev.tandem.xmpp.pairing..");

    @ArchTest
    static final ArchRule CARRIER_KNOWS_NO_LINK = noClasses()
            .that()
            .resideInAPackage("dev.tandem.xmpp.carrier..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tandem.xmpp.link..", "dev.tandem.xmpp.pairing..");

    @ArchTest
    static final ArchRule SMACK_STAYS_IN_ACCOUNT = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.xmpp.account..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jivesoftware..", "org.jxmpp..");

    @ArchTest
    static final ArchRule CORE_IS_PURE = noClasses()
            .that()
            .resideInAPackage("dev.tandem.assistant.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.assistant",
                    "dev.tandem.assistant.store..",
                    "dev.tandem.assistant.api..",
                    "dev.tandem.assistant.cli..",
                    "dev.tandem.gitsync..",
                    "java.io..",
                    "java.net..",
                    "java.nio..",
                    "java.util.concurrent..",
                    "org.eclipse.jgit..");

    @ArchTest
    static final ArchRule COMMANDS_ARE_PURE = noClasses()
            .that()
            .resideInAPackage("dev.tandem.assistant.commands..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.assistant",
                    "dev.tandem.assistant.core..",
                    "dev.tandem.assistant.store..",
                    "dev.tandem.assistant.api..",
                    "dev.tandem.assistant.cli..",
                    "dev.tandem.gitsync..",
                    "dev.tandem.xmpp..",
                    "java.io..",
                    "java.net..",
                    "java.nio..",
                    "java.util.concurrent..",
                    "org.eclipse.jgit..");

    @ArchTest
    static final ArchRule COMMAND_LINE_SEES_ONLY_THE_API = noClasses()
            .that()
            .resideInAPackage("dev.tandem.assistant.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.assistant",
                    "dev.tandem.assistant.core..",
                    "dev.tandem.assistant.commands..",
                    "dev.tandem.assistant.store..",
                    "dev.tandem.gitsync..",
                    "dev.tandem.xmpp..");

    @ArchTest
    static final ArchRule SQL_STAYS_IN_THE_STORE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.assistant.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jdbi..", "java.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule HTTP_STAYS_IN_THE_API = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.assistant.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..");

    @ArchTest
    static final ArchRule NOBODY_SLEEPS = noClasses().should().callMethod(Thread.class, "sleep", long.class);
}
