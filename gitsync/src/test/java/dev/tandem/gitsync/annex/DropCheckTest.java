package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.DropCheck.Answer;
import dev.tandem.gitsync.annex.DropCheck.Permit;
import dev.tandem.gitsync.annex.DropCheck.Proof;
import dev.tandem.gitsync.annex.DropCheck.Refusal;
import dev.tandem.gitsync.annex.DropCheck.Whose;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A copy may be dropped")
class DropCheckTest {
    private static final Key KEY = Key.parse("SHA256E-s1--ab").orElseThrow();
    private static final List<UUID> REPOSITORIES =
            IntStream.range(0, 6).mapToObj(i -> new UUID(7, i)).toList();
    private static final List<Proof> PROOFS = List.of(Proof.values());
    private static final List<Trust> LEVELS = List.of(Trust.values());
    private static final UUID HERE = REPOSITORIES.get(0);
    private static final UUID B = REPOSITORIES.get(1);
    private static final UUID C = REPOSITORIES.get(2);

    private static Answer own(NumCopies needed, Map<UUID, Proof> copies, Map<UUID, Trust> trust) {
        return DropCheck.judge(KEY, HERE, Whose.OWN, needed, copies, trust);
    }

    @Test
    @DisplayName("when another has just been seen to hold it")
    void seen() {
        assertThat(own(NumCopies.DEFAULT, Map.of(B, Proof.SEEN), Map.of())).isInstanceOfSatisfying(Permit.class, p -> {
            assertThat(p.key()).isEqualTo(KEY);
            assertThat(p.from()).isEqualTo(HERE);
        });
    }

    @Test
    @DisplayName("not when only the log or its own copy speaks for it")
    void logged() {
        Map<UUID, Proof> copies = Map.of(HERE, Proof.LOCKED, B, Proof.LOGGED, C, Proof.LOGGED);

        assertThat(own(NumCopies.DEFAULT, copies, Map.of())).isEqualTo(new Refusal(0, 1, 0));
        assertThat(own(NumCopies.DEFAULT, Map.of(), Map.of())).isInstanceOf(Refusal.class);
    }

    @Test
    @DisplayName("when the user trusts a repository that the log names")
    void trusted() {
        assertThat(own(NumCopies.DEFAULT, Map.of(B, Proof.LOGGED), Map.of(B, Trust.TRUSTED)))
                .isInstanceOf(Permit.class);
    }

    @Test
    @DisplayName("not on the word of one that is untrusted or dead")
    void untrusted() {
        assertThat(own(NumCopies.DEFAULT, Map.of(B, Proof.LOCKED), Map.of(B, Trust.UNTRUSTED)))
                .isInstanceOf(Refusal.class);
        assertThat(own(NumCopies.DEFAULT, Map.of(B, Proof.LOCKED), Map.of(B, Trust.DEAD)))
                .isInstanceOf(Refusal.class);
    }

    @Test
    @DisplayName("not below numcopies, and never the last one whatever is configured")
    void numcopies() {
        Map<UUID, Proof> one = Map.of(B, Proof.SEEN);

        assertThat(own(new NumCopies(2, 1), one, Map.of())).isEqualTo(new Refusal(1, 2, 0));
        assertThat(own(new NumCopies(1, 2), one, Map.of())).isEqualTo(new Refusal(1, 2, 0));
        assertThat(own(new NumCopies(2, 2), Map.of(B, Proof.SEEN, C, Proof.SEEN), Map.of()))
                .isInstanceOf(Permit.class);
        assertThat(own(new NumCopies(0, -5), Map.of(), Map.of())).isInstanceOf(Refusal.class);
    }

    @Test
    @DisplayName("by another repository only while mincopies of the rest are locked or trusted")
    void another() {
        Map<UUID, Proof> seen = Map.of(HERE, Proof.SEEN, C, Proof.SEEN);
        Map<UUID, Proof> locked = Map.of(HERE, Proof.LOCKED);

        assertThat(DropCheck.judge(KEY, B, Whose.ANOTHERS, NumCopies.DEFAULT, seen, Map.of()))
                .isEqualTo(new Refusal(2, 1, 0));
        assertThat(DropCheck.judge(KEY, B, Whose.ANOTHERS, NumCopies.DEFAULT, locked, Map.of()))
                .isInstanceOf(Permit.class);
    }

    @Test
    @DisplayName(
            "never while fewer than numcopies (mincopies at least) reliable others have proved theirs: 20,000 cases")
    void neverWrongly() {
        Random random = new Random(5);
        int permits = 0;
        for (int i = 0; i < 20_000; i++) {
            Map<UUID, Proof> copies = new HashMap<>();
            Map<UUID, Trust> trust = new HashMap<>();
            for (UUID repository : REPOSITORIES) {
                if (random.nextInt(4) > 0) {
                    copies.put(repository, PROOFS.get(random.nextInt(PROOFS.size())));
                }
                if (random.nextBoolean()) {
                    trust.put(repository, LEVELS.get(random.nextInt(LEVELS.size())));
                }
            }
            NumCopies needed = new NumCopies(random.nextInt(5), random.nextInt(4));
            Whose whose = random.nextBoolean() ? Whose.OWN : Whose.ANOTHERS;

            Answer answer = DropCheck.judge(KEY, HERE, whose, needed, copies, trust);

            long good = REPOSITORIES.stream()
                    .filter(r -> !r.equals(HERE) && reliable(copies.get(r), trust.get(r)))
                    .count();
            long lasting = REPOSITORIES.stream()
                    .filter(r -> !r.equals(HERE) && reliable(copies.get(r), trust.get(r)))
                    .filter(r -> copies.get(r) == Proof.LOCKED || trust.get(r) == Trust.TRUSTED)
                    .count();
            boolean right = good >= 1
                    && good >= needed.copies()
                    && (whose == Whose.OWN ? good : lasting) >= Math.max(1, needed.minimum());
            assertThat(answer instanceof Permit)
                    .as("%s %s %s %s", whose, needed, copies, trust)
                    .isEqualTo(right);
            permits += right ? 1 : 0;
        }
        assertThat(permits).isBetween(2_000, 18_000); // both answers were tried
    }

    private static boolean reliable(@Nullable Proof proof, @Nullable Trust trust) {
        return proof != null
                && trust != Trust.DEAD
                && trust != Trust.UNTRUSTED
                && (trust == Trust.TRUSTED || proof != Proof.LOGGED);
    }
}
