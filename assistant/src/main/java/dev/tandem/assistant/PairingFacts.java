package dev.tandem.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the two sides tell each other once the code has proven them: sealed, so nobody else reads it. */
record PairingFacts(String folder, UUID uuid, String branch, String device) {
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^/\\\\\\p{Cc}\\p{Cf}]{1,100}");
    private static final Pattern BRANCH = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static PairingFacts of(OpenFolder folder, String device) {
        return new PairingFacts(folder.stored().name(), folder.uuid(), folder.branch(), device);
    }

    byte[] encode() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    static PairingFacts parse(byte[] json) throws IOException {
        PairingFacts facts = JSON.readValue(json, PairingFacts.class);
        if (facts == null
                || facts.uuid == null
                || !has(facts.folder, NAME)
                || !has(facts.device, NAME)
                || !has(facts.branch, BRANCH)) {
            throw new IOException("the other device sent facts that make no sense");
        }
        return facts;
    }

    private static boolean has(@Nullable String text, Pattern form) {
        return text != null && form.matcher(text).matches();
    }

    /** The name of a new directory: never one that is hidden, as keys and settings are, unless the user says so. */
    String directoryName() throws IOException {
        if (folder.startsWith(".")) {
            throw new IOException("the other device calls the folder " + folder + "; say into which directory");
        }
        return folder;
    }
}
