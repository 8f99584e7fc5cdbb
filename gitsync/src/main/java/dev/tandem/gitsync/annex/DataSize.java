package dev.tandem.gitsync.annex;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them to git-annex: {@code 100kb}, {@code 1.5GiB}, {@code 2megabytes}. Pure. */
final class DataSize {
    private static final Pattern FORM =
            Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?)\\s*(\\p{Alpha}*).*");
    private static final List<String> DECIMAL =
            List.of("kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta");
    private static final List<String> BINARY = List.of("kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi");
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private DataSize() {}

    /** In bytes, rounded half to even; at most {@link Long#MAX_VALUE}, which no file reaches. */
    static long bytes(String text) throws ExpressionException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw bad(text);
        }
        BigDecimal unit = unit(matcher.group(2).toLowerCase(Locale.ROOT));
        if (unit.signum() == 0) {
            throw bad(text);
        }
        BigDecimal size = new BigDecimal(matcher.group(1)).multiply(unit);
        return size.min(LARGEST)
                .max(LARGEST.negate())
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static ExpressionException bad(String text) {
        return new ExpressionException("no size: " + text + "; write one like 100kb, 1.5MiB or 2gigabytes");
    }

    /** The bytes of a unit in lower case; 0 for a word that is none. */
    private static BigDecimal unit(String word) {
        if (List.of("", "b", "byte", "bytes").contains(word)) {
            return BigDecimal.ONE;
        }
        for (int i = 0; i < DECIMAL.size(); i++) {
            String decimal = DECIMAL.get(i);
            String letter = decimal.substring(0, 1);
            BigDecimal size = BigDecimal.TEN.pow(3 * (i + 1));
            if (List.of(letter, letter + "b", decimal + "byte", decimal + "bytes")
                    .contains(word)) {
                return size;
            }
            if (List.of(letter + "bit", decimal + "bit", decimal + "bits").contains(word)) {
                return size.divide(BigDecimal.valueOf(8));
            }
            String binary = BINARY.get(i);
            if (List.of(letter + "i", letter + "ib", binary + "byte", binary + "bytes")
                    .contains(word)) {
                return BigDecimal.valueOf(1024).pow(i + 1);
            }
        }
        return BigDecimal.ZERO;
    }
}
