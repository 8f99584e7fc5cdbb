package dev.tandem.assistant.cli;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.util.ArrayList;
import java.util.List;

/** A QR code as text: each character is two modules, one above the other. */
final class QrCode {
    /** The quiet zone that ISO/IEC 18004 asks for around the code. */
    private static final int MARGIN = 4;

    private QrCode() {}

    /** The lines, dark modules as gaps: on a dark terminal it is then dark on light; readers take the inverse too. */
    static List<String> lines(String content) {
        ByteMatrix code;
        try {
            code = Encoder.encode(content, ErrorCorrectionLevel.M).getMatrix();
        } catch (WriterException e) {
            throw new IllegalStateException("a JID and a code fit into any QR code", e);
        }
        List<String> lines = new ArrayList<>();
        for (int y = -MARGIN; y < code.getHeight() + MARGIN; y += 2) {
            StringBuilder line = new StringBuilder();
            for (int x = -MARGIN; x < code.getWidth() + MARGIN; x++) {
                boolean upper = isLight(code, x, y);
                boolean lower = isLight(code, x, y + 1);
                line.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static boolean isLight(ByteMatrix code, int x, int y) {
        boolean inside = x >= 0 && y >= 0 && x < code.getWidth() && y < code.getHeight();
        return !inside || code.get(x, y) == 0;
    }
}
