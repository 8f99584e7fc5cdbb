package dev.tandem.gitsync.annex;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * git-annex's file patterns: {@code *} is anything, slashes too, {@code ?} one character, {@code [a-z]} one of these,
 * {@code [!a-z]} none of these; all else is meant as it is. Pure.
 */
final class Glob {
    private Glob() {}

    /** Matches whole paths. */
    static Predicate<String> of(String glob) throws ExpressionException {
        return compile(glob, 0);
    }

    /** The same without regard to case. */
    static Predicate<String> ignoringCase(String glob) throws ExpressionException {
        return compile(glob, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    private static Predicate<String> compile(String glob, int flags) throws ExpressionException {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char character = glob.charAt(i);
            if (character == '[') {
                int end = endOfSet(glob, i);
                regex.append(set(glob.substring(i + 1, end)));
                i = end;
            } else if (character == '*') {
                regex.append(".*");
            } else if (character == '?') {
                regex.append('.');
            } else {
                regex.append(literal(character));
            }
        }
        try {
            return Pattern.compile(regex.toString(), flags | Pattern.DOTALL).asMatchPredicate();
        } catch (PatternSyntaxException e) {
            throw new ExpressionException("the pattern " + glob + " has a range that ends before it begins");
        }
    }

    private static int endOfSet(String glob, int start) throws ExpressionException {
        int from = start + 1;
        if (from < glob.length() && isNegation(glob.charAt(from))) {
            from++;
        }
        // a bracket that comes first is a member
        for (int i = from; i < glob.length(); i++) {
            if (glob.startsWith("[:", i) && glob.indexOf(":]", i) > 0) {
                i = glob.indexOf(":]", i) + 1;
            } else if (glob.charAt(i) == ']' && i > from) {
                return i;
            }
        }
        throw new ExpressionException("the pattern " + glob + " has a [ without its ]");
    }

    private static String set(String members) throws ExpressionException {
        boolean negated = isNegation(members.charAt(0));
        StringBuilder set = new StringBuilder(negated ? "[^" : "[");
        for (int i = negated ? 1 : 0; i < members.length(); i++) {
            if (members.startsWith("[:", i) && members.indexOf(":]", i) > 0) {
                int end = members.indexOf(":]", i);
                set.append(characterClass(members.substring(i + 2, end)));
                i = end + 1;
            } else if (members.charAt(i) == '-' && i > (negated ? 1 : 0) && i < members.length() - 1) {
                set.append('-');
            } else {
                set.append(literal(members.charAt(i)));
            }
        }
        return set.append(']').toString();
    }

    private static String characterClass(String name) throws ExpressionException {
        return switch (name) {
            case "alpha" -> "\\p{Alpha}";
            case "digit" -> "\\p{Digit}";
            case "alnum" -> "\\p{Alnum}";
            case "upper" -> "\\p{Upper}";
            case "lower" -> "\\p{Lower}";
            case "punct" -> "\\p{Punct}";
            case "space" -> "\\p{Space}";
            default -> throw new ExpressionException("patterns know no characters of the kind " + name);
        };
    }

    private static boolean isNegation(char character) {
        return character == '!' || character == '^';
    }

    /** Everything that could mean something to a regular expression is ASCII and no letter. */
    private static String literal(char character) {
        boolean plain = character >= 128 || Character.isLetterOrDigit(character);
        return plain ? String.valueOf(character) : "\\" + character;
    }
}
