package dev.tandem.xmpp.pairing;

import com.google.common.base.Splitter;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The words of pairing codes: 2048 of them, each of two short English words, so that a code can be read out and typed.
 * Three make 33 bits, and a guess may be wrong three times.
 */
final class CodeWords {
    private static final Splitter SPACES = Splitter.on(' ');
    private static final int WORDS = 3;

    private static final List<String> FIRST = SPACES.splitToList(
            "sun moon star rain snow wind fire sand rock wood leaf lake river hill field stone "
                    + "gold iron silver copper glass paper cotton velvet amber coral pearl ivory maple cedar birch willow "
                    + "apple cherry lemon melon olive pepper ginger honey sugar butter barley clover daisy lily rose poppy "
                    + "eagle falcon swan heron robin otter badger beaver tiger lion bear wolf deer horse rabbit dolphin");

    private static final List<String> SECOND = SPACES.splitToList(
            "light house bridge garden tower window harbor market meadow valley island canyon forest "
                    + "castle cottage village ladder lantern basket blanket button candle pocket ribbon saddle hammer anchor "
                    + "compass mirror pillow wagon kettle");

    private CodeWords() {}

    static int size() {
        return FIRST.size() * SECOND.size();
    }

    static String word(int number) {
        return FIRST.get(number / SECOND.size()) + SECOND.get(number % SECOND.size());
    }

    static String newCode(RandomGenerator random) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            code.append(i == 0 ? "" : "-").append(word(random.nextInt(size())));
        }
        return code.toString();
    }

    /** As typed, in the form that is compared: lower case, single hyphens. */
    static String canonical(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", "-");
    }
}
