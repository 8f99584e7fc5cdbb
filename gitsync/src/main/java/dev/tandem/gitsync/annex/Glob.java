package dev.tandem.gitsync.annex;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * git-annex's file patterns: {@code *} is anything, slashes too, {@code ?} one character, {@code [a-z]} one of these,
 * {@code [!a-z]} none of these; all else is meant as it is. Takes at most the product of both lengths in time, whatever
 * the pattern, which a regular expression would not. Pure.
 */
final class Glob {
    private final String text;
    /** What each next character must be; null for a star, any number of any characters. */
    private final List<@Nullable IntPredicate> steps = new ArrayList<>();

    private Glob(String text) {
        this.text = text;
    }

    /** Matches whole paths. */
    static Predicate<String> of(String text) throws ExpressionException {
        Glob glob = new Glob(text);
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            switch (character) {
                case '*' -> glob.steps.add(null);
                case '?' -> glob.steps.add(any -> true);
                case '[' -> i = glob.addSet(i) - 1;
                default -> glob.steps.add(one -> one == character);
            }
            i += Character.charCount(character);
        }
        return glob::matches;
    }

    /** Only the last star has to be tried at other places: what an earlier one matches more, the last could as well. */
    private boolean matches(String path) {
        int[] characters = path.codePoints().toArray();
        int step = 0;
        int at = 0;
        int afterStar = -1;
        int starAt = 0;
        while (at < characters.length) {
            IntPredicate wanted = step < steps.size() ? steps.get(step) : null;
            if (wanted != null && wanted.test(characters[at])) {
                step++;
                at++;
            } else if (wanted == null && step < steps.size()) {
                afterStar = ++step;
                starAt = at;
            } else if (afterStar >= 0) {
                step = afterStar;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (step < steps.size() && steps.get(step) == null) {
            step++;
        }
        return step == steps.size();
    }

    /** Adds the set that begins with the bracket at a place; the place behind it. */
    private int addSet(int bracket) throws ExpressionException {
        int at = bracket + 1;
        boolean negated = at < text.length() && (text.charAt(at) == '!' || text.charAt(at) == '^');
        at += negated ? 1 : 0;
        IntPredicate members = none -> false;
        // a bracket that comes first is a member
        for (int first = at; at < text.length() && (text.charAt(at) != ']' || at == first); ) {
            int end = text.startsWith("[:", at) ? text.indexOf(":]", at) : -1;
            if (end > 0) {
                members = members.or(characterClass(text.substring(at + 2, end)));
                at = end + 2;
            } else {
                int from = text.codePointAt(at);
                at += Character.charCount(from);
                int to = from;
                if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
                    to = text.codePointAt(at + 1);
                    at += 1 + Character.charCount(to);
                }
                members = members.or(range(from, to));
            }
        }
        if (at >= text.length()) {
            throw new ExpressionException("the pattern " + text + " has a [ without its ]");
        }
        steps.add(negated ? members.negate() : members);
        return at + 1;
    }

    private IntPredicate range(int from, int to) throws ExpressionException {
        if (from > to) {
            throw new ExpressionException("the pattern " + text + " has a range that ends before it begins");
        }
        return character -> from <= character && character <= to;
    }

    private static IntPredicate characterClass(String name) throws ExpressionException {
        return switch (name) {
            case "alpha" -> Character::isLetter;
            case "digit" -> Character::isDigit;
            case "alnum" -> Character::isLetterOrDigit;
            case "upper" -> Character::isUpperCase;
            case "lower" -> Character::isLowerCase;
            case "space" -> Character::isWhitespace;
            default -> throw new ExpressionException("patterns know no characters of the kind " + name);
        };
    }
}
