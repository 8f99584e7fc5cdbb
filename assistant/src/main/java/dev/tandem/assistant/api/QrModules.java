package dev.tandem.assistant.api;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.util.ArrayList;
import java.util.List;

/** A QR code (ISO/IEC 18004) as rows of modules. Pure. */
public final class QrModules {
    /** The quiet zone that the standard asks for around the code, in modules. */
    public static final int MARGIN = 4;

    /** Far less than a QR code holds, and more than a JID and a code are long in practice. */
    static final int MAX_LENGTH = 1000;

    private QrModules() {}

    /**
     * The rows from above, without the quiet zone; in each a {@code 1} for a dark module, a {@code 0} for a light one.
     *
     * @param content up to {@value #MAX_LENGTH} characters
     */
    public static List<String> rows(String content) {
        ByteMatrix code;
        try {
            code = Encoder.encode(content, ErrorCorrectionLevel.M).getMatrix();
        } catch (WriterException e) {
            throw new IllegalArgumentException("too long for a QR code: " + content.length() + " characters", e);
        }
        List<String> rows = new ArrayList<>();
        for (int y = 0; y < code.getHeight(); y++) {
            StringBuilder row = new StringBuilder();
            for (int x = 0; x < code.getWidth(); x++) {
                row.append(code.get(x, y) == 0 ? '0' : '1');
            }
            rows.add(row.toString());
        }
        return rows;
    }
}
