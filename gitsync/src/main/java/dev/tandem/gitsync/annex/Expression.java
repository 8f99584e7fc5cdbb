package dev.tandem.gitsync.annex;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * git-annex's expressions over files: terms, {@code and}, {@code or}, {@code not} and parentheses. As there,
 * {@code and} and {@code or} bind alike and go from left to right, {@code not} binds what follows it, two terms in a
 * row mean {@code and}, and what is missing (an operand, a parenthesis) matches everything. Pure.
 */
final class Expression {
    /** Beyond what anybody writes, and well within what recursion can bear. */
    private static final int WORDS_MAX = 1000;

    private static final Pattern WORD = Pattern.compile("[()]|[^()\\s]+");

    private Expression() {}

    /** What a single term means. */
    interface Terms<T> {
        Predicate<T> term(String word) throws ExpressionException;
    }

    private sealed interface Part {}

    private record Word(String text) implements Part {}

    private record Group(List<Part> parts) implements Part {}

    static <T> Predicate<T> parse(String text, Terms<T> terms) throws ExpressionException {
        return all(grouped(text).iterator(), terms);
    }

    private static List<Part> grouped(String text) throws ExpressionException {
        Deque<List<Part>> open = new ArrayDeque<>();
        List<Part> parts = new ArrayList<>();
        Matcher words = WORD.matcher(text);
        for (int count = 0; words.find(); count++) {
            if (count == WORDS_MAX) {
                throw new ExpressionException("an expression of more than " + WORDS_MAX + " words; make it shorter");
            }
            switch (words.group()) {
                case "(" -> {
                    open.push(parts);
                    List<Part> inner = new ArrayList<>();
                    parts.add(new Group(inner));
                    parts = inner;
                }
                case ")" -> parts = open.isEmpty() ? parts : open.pop();
                default -> parts.add(new Word(words.group()));
            }
        }
        return open.isEmpty() ? parts : open.getLast();
    }

    private static <T> Predicate<T> all(Iterator<Part> parts, Terms<T> terms) throws ExpressionException {
        Predicate<T> matched = anything();
        while (parts.hasNext()) {
            matched = next(matched, parts, terms);
        }
        return matched;
    }

    /** Joins what was matched so far with the next part. */
    private static <T> Predicate<T> next(Predicate<T> before, Iterator<Part> parts, Terms<T> terms)
            throws ExpressionException {
        if (!parts.hasNext()) {
            return before;
        }
        Part part = parts.next();
        if (part instanceof Group group) {
            return before.and(all(group.parts.iterator(), terms));
        }
        if (!(part instanceof Word word)) {
            throw new NoSuchElementException("a part of an unknown kind");
        }
        return switch (word.text) {
            case "and" -> before.and(next(anything(), parts, terms));
            case "or" -> before.or(next(anything(), parts, terms));
            case "not" ->
                before.and(next(Expression.<T>anything(), parts, terms).negate());
            case "anything" -> before.and(anything());
            case "nothing" -> before.and(Expression.<T>anything().negate());
            default -> before.and(terms.term(word.text));
        };
    }

    private static <T> Predicate<T> anything() {
        return file -> true;
    }
}
