package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jupnp.model.message.StreamRequestMessage;
import org.jupnp.model.message.StreamResponseMessage;
import org.jupnp.model.message.UpnpResponse;

/**
 * Plain HTTP with one host of this network and no other, with little patience and small answers.
 *
 * <p>The XML parsers behind it would follow external entities, so a document that declares any type is refused here.
 */
final class UpnpHttp {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final int MAX_BYTES = 128 * 1024;

    private final String host;

    UpnpHttp(String host) {
        this.host = host;
    }

    String get(URL url) throws IOException {
        HttpURLConnection connection = open(url);
        try {
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("the gateway answers " + connection.getResponseCode());
            }
            return body(connection.getInputStream());
        } finally {
            connection.disconnect();
        }
    }

    StreamResponseMessage post(URL url, StreamRequestMessage question) throws IOException {
        HttpURLConnection connection = open(url);
        try {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            for (Map.Entry<String, List<String>> header : question.getHeaders().entrySet()) {
                header.getValue().forEach(value -> connection.addRequestProperty(header.getKey(), value));
            }
            try (OutputStream out = connection.getOutputStream()) {
                out.write(question.getBodyBytes());
            }
            int status = connection.getResponseCode();
            InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            if (in == null) {
                throw new IOException("the gateway answers " + status);
            }
            return new StreamResponseMessage(
                    new UpnpResponse(status, String.valueOf(connection.getResponseMessage())), body(in));
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection open(URL url) throws IOException {
        if (!host.equals(url.getHost())
                || !(url.openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection connection)) {
            throw new IOException("the gateway sends us elsewhere");
        }
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    private static String body(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES || text.isBlank() || text.contains("<!DOCTYPE")) {
            throw new IOException("the gateway's answer is not one");
        }
        return text;
    }
}
