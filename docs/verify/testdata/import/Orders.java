package shop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import shop.discount.Verify;

/** An order service that has the verifier in a package of its own. */
public final class Orders {
    public static void main(String[] args) throws Exception {
        Verify verifier = new Verify(Verify.readKey(Path.of(args[1])), args[2], args[3]);
        byte[] body = Files.readAllBytes(Path.of(args[4]));
        System.out.println(verifier.verify(args[0], body, null, Instant.now().getEpochSecond()).get("amount"));
    }
}
