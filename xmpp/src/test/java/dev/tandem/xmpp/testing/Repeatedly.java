package dev.tandem.xmpp.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** A test of what threads do to each other: run 20 times, or as often as {@code -Drepetitions} says. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Repeatedly.Times.class)
public @interface Repeatedly {
    /** Makes the repetitions. */
    final class Times implements TestTemplateInvocationContextProvider {
        private static final int IN_A_BUILD = 20;

        @Override
        public boolean supportsTestTemplate(ExtensionContext context) {
            return true;
        }

        @Override
        public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
            int times = Integer.getInteger("repetitions", IN_A_BUILD);
            return IntStream.rangeClosed(1, times).mapToObj(Repetition::new);
        }
    }

    /** One of them. */
    record Repetition(int number) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int index) {
            return "repetition " + number;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of();
        }
    }
}
