package dev.tandem.assistant.cli;

import static dev.tandem.assistant.api.QrModules.MARGIN;

import dev.tandem.assistant.api.QrModules;
import java.util.ArrayList;
import java.util.List;

/** A QR code as text: each character is two modules, one above the other. */
final class QrCode {
    private QrCode() {}

    /** The lines, dark modules as gaps: on a dark terminal it is then dark on light; readers take the inverse too. */
    static List<String> lines(String content) {
        List<String> code = QrModules.rows(content);
        List<String> lines = new ArrayList<>();
        for (int y = -MARGIN; y < code.size() + MARGIN; y += 2) {
            StringBuilder line = new StringBuilder();
            for (int x = -MARGIN; x < code.size() + MARGIN; x++) {
                boolean upper = isLight(code, x, y);
                boolean lower = isLight(code, x, y + 1);
                line.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static boolean isLight(List<String> code, int x, int y) {
        boolean inside = x >= 0 && y >= 0 && x < code.size() && y < code.size();
        return !inside || code.get(y).charAt(x) == '0';
    }
}
