package dev.tandem.assistant.cli;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;

/** A QR code in half blocks, for terminals. */
final class QrCode {
    private QrCode() {}

    static String of(String text) {
        try {
            BitMatrix dots = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, 0, 0);
            StringBuilder lines = new StringBuilder();
            for (int y = 0; y < dots.getHeight(); y += 2) {
                for (int x = 0; x < dots.getWidth(); x++) {
                    boolean upper = dots.get(x, y);
                    boolean lower = y + 1 < dots.getHeight() && dots.get(x, y + 1);
                    lines.append(upper ? (lower ? ' ' : '▄') : (lower ? '▀' : '█'));
                }
                lines.append('\n');
            }
            return lines.toString();
        } catch (WriterException tooLong) {
            return ""; // the code stands above in words
        }
    }
}
