import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads carts as a backend in Java does: Jackson's tree of a body, with its defaults, and members
 * looked up without regard to case, as mappers to classes are often told to.
 *
 * <p>One request a line, one answer a line, as in standard.mjs.
 */
public final class Standard {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");

    private final JsonNode request;
    private final ArrayNode facts = JSON.createArrayNode();

    private Standard(JsonNode request) {
        this.request = request;
    }

    public static void main(String[] args) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                Standard reading = new Standard(JSON.readTree(line));
                byte[] body = Base64.getDecoder().decode(reading.request.get("body").textValue());
                reading.all(JSON.readTree(body));
                answer.set("cart", reading.facts);
            } catch (Exception | StackOverflowError error) { // whatever a backend would fail with
                // Newer versions of Jackson read no number of more than 1,000 digits: such a body has no other value here.
                answer.put(error.getClass().getSimpleName().equals("StreamConstraintsException") ? "limit" : "error", error.toString());
            }
            out.println(JSON.writeValueAsString(answer));
            out.flush();
        }
    }

    // What values are.

    /** One text for each decimal: digits without zeros at the ends, exponent. */
    private static String decimal(BigDecimal value) {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal kept = value.stripTrailingZeros();
        return kept.unscaledValue() + "e" + -kept.scale();
    }

    /** The shortest decimal that is the same double: what Double.toString is from Java 19 on. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    private static boolean isNumber(JsonNode value) {
        return value.isNumber() || value.isTextual() && NUMBER.matcher(value.textValue()).matches();
    }

    /** A number, or that in a text, as a backend has it. */
    private static BigDecimal number(JsonNode value) {
        if (value.isTextual()) {
            return new BigDecimal(value.textValue());
        }
        return value.isFloatingPointNumber() ? shortest(value.doubleValue()) : value.decimalValue();
    }

    private static boolean isWhole(BigDecimal value) {
        return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
    }

    private static String unreadable(JsonNode value) {
        return "x" + value;
    }

    private static String text(JsonNode value) {
        if (value.isTextual()) {
            return "s" + wellFormed(value.textValue());
        }
        return value.isIntegralNumber() && value.bigIntegerValue().signum() >= 0 ? "s" + value.bigIntegerValue() : unreadable(value);
    }

    private static String wellFormed(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("a lone surrogate");
        }
        return text;
    }

    private static String count(JsonNode value) {
        return isNumber(value) && isWhole(number(value)) ? "n" + decimal(number(value)) : unreadable(value);
    }

    private static String property(JsonNode value) {
        if (value.isTextual()) {
            return text(value);
        }
        if (value.isBoolean()) {
            return "b" + value.booleanValue();
        }
        return value.isNumber() ? "n" + decimal(number(value)) : "";
    }

    // Where values are.

    /** Two members of an object are the one that is looked up. */
    private static final class Alike extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The one member that has a name in whatever case; null if none has. */
    private static JsonNode member(JsonNode of, String name) {
        JsonNode found = null;
        for (Iterator<Map.Entry<String, JsonNode>> members = of.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> member = members.next();
            if (member.getKey().equalsIgnoreCase(name)) {
                if (found != null) {
                    throw new Alike();
                }
                found = member.getValue();
            }
        }
        return found;
    }

    private static boolean isAlike(JsonNode of, String name) {
        try {
            member(of, name);
            return false;
        } catch (Alike alike) {
            return true;
        }
    }

    /** All values at the paths of a key, those of the first path first. */
    private List<JsonNode> values(JsonNode from, String key) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        try {
            for (JsonNode route : request.get("routes")) {
                if (route.get("key").textValue().equals(key)) {
                    follow(found, from, route.get("steps"), 0, false, route.get("strict").booleanValue());
                }
            }
        } catch (Alike alike) {
            found.clear();
            found.add(MissingNode.getInstance()); // which is nothing that can be read
        }
        return found;
    }

    private static void follow(List<JsonNode> found, JsonNode value, JsonNode steps, int taken, boolean embedded, boolean strict) throws IOException {
        if (embedded && value != null && value.isTextual()) {
            value = value.textValue().isEmpty() ? null : JSON.readTree(value.textValue());
        }
        if (value == null || value.isNull()) {
            return;
        }
        if (taken == steps.size()) {
            found.add(value);
            return;
        }
        JsonNode step = steps.get(taken);
        String kind = step.get("kind").textValue();
        boolean inText = step.get("embedded").booleanValue();
        if (value.isArray() && kind.equals("position")) {
            follow(found, value.get(step.get("position").intValue()), steps, taken + 1, inText, strict);
        } else if (value.isContainerNode() && kind.equals("each")) {
            for (JsonNode element : value) {
                follow(found, element, steps, taken + 1, inText, strict);
            }
        } else if (value.isArray()) {
            for (JsonNode element : value) {
                follow(found, element, steps, taken, false, strict);
            }
        } else if (value.isObject() && kind.equals("member")) {
            follow(found, strict ? member(value, step.get("name").textValue()) : value.get(step.get("name").textValue()), steps, taken + 1, inText, strict);
        }
    }

    // The cart.

    private static String[] under(String[] path, String... names) {
        String[] all = java.util.Arrays.copyOf(path, path.length + names.length);
        System.arraycopy(names, 0, all, path.length, names.length);
        return all;
    }

    private void put(String[] path, String value) {
        if (value.isEmpty()) {
            return;
        }
        ArrayNode fact = facts.addArray();
        for (String name : path) {
            fact.add(name);
        }
        fact.add(value);
    }

    private String one(JsonNode from, String key, Function<JsonNode, String> means, boolean isText, String... path) throws IOException {
        List<JsonNode> found = values(from, key);
        found.removeIf(value -> isText && value.isTextual() && value.textValue().isEmpty());
        String value = found.isEmpty() ? "" : found.size() > 1 ? "x" + found.size() + " values" : means.apply(found.get(0));
        put(under(path, key), value);
        return value;
    }

    private void texts(JsonNode from, String key, String... path) throws IOException {
        boolean commas = false;
        for (JsonNode route : request.get("routes")) {
            commas |= route.get("key").textValue().equals(key) && route.get("commas").booleanValue();
        }
        List<String> found = new ArrayList<>();
        for (JsonNode value : values(from, key)) {
            for (JsonNode element : value.isArray() ? value : List.of(value)) {
                if (element.isNull()) {
                    continue;
                }
                String whole = text(element);
                for (String part : commas ? whole.substring(1).split(",") : new String[] {whole.substring(1)}) {
                    String kept = whole.charAt(0) + (commas ? part.replaceAll("^[ \t\r\n]+|[ \t\r\n]+$", "") : part);
                    if (kept.length() > 1) {
                        found.add(kept);
                    }
                }
            }
        }
        if (!found.isEmpty()) {
            put(under(path, key), "#" + found.size());
        }
        for (int i = 0; i < found.size(); i++) {
            put(under(path, key, String.valueOf(i)), found.get(i));
        }
    }

    private String quantity(JsonNode value) {
        if (!request.get("fractional").booleanValue() || !isNumber(value) || isWhole(number(value))) {
            return count(value);
        }
        return "w" + decimal(shortest(number(value).doubleValue()));
    }

    /** The nearest number of minor units, no further than noise. */
    private String amount(JsonNode value) {
        if (!isNumber(value)) {
            return unreadable(value);
        }
        boolean major = request.get("major").booleanValue();
        BigDecimal exact = number(value).movePointRight(major ? request.get("digits").intValue() : 0);
        BigInteger nearest = exact.setScale(0, RoundingMode.HALF_UP).unscaledValue();
        BigDecimal noise = major ? new BigDecimal("1e-6").add(exact.divide(BigDecimal.valueOf(1L << 52))) : BigDecimal.ZERO;
        if (exact.signum() < 0 || exact.subtract(new BigDecimal(nearest)).abs().compareTo(noise) > 0) {
            return unreadable(value);
        }
        return "n" + decimal(new BigDecimal(nearest));
    }

    private String flag(JsonNode value) {
        String text = value.isTextual() && !request.get("text_flags").booleanValue() ? "" : value.asText();
        switch (text) {
            case "true":
            case "1":
                return "btrue";
            case "false":
            case "0":
                return "";
            default:
                return unreadable(value);
        }
    }

    private void attributes(JsonNode of, String... path) throws IOException {
        if (of.isObject()) {
            for (Iterator<Map.Entry<String, JsonNode>> members = of.fields(); members.hasNext(); ) {
                Map.Entry<String, JsonNode> member = members.next();
                if (isAlike(of, member.getKey())) {
                    put(path, "x two members alike");
                }
                put(under(path, "s" + wellFormed(member.getKey())), property(member.getValue()));
            }
        } else if (of.isArray()) {
            for (JsonNode pair : of) {
                for (JsonNode name : values(pair, "name")) {
                    for (JsonNode value : values(pair, "value")) {
                        put(under(path, text(name)), property(value));
                    }
                }
            }
        } else {
            put(path, unreadable(of));
        }
    }

    private void line(JsonNode line, String... path) throws IOException {
        for (String key : List.of("id", "sku", "subgroup")) {
            one(line, key, Standard::text, true, path);
        }
        texts(line, "category", path);
        String units = one(line, "quantity", this::quantity, false, path);
        one(line, "unit_price", this::amount, false, path);
        if (!units.equals("n0")) {
            one(line, "line_total", this::amount, false, path);
        }
        one(line, "reduced", this::flag, false, path);
        List<JsonNode> found = values(line, "attributes");
        if (found.size() > 1) {
            put(under(path, "attributes"), "x several");
        }
        for (JsonNode value : found) {
            attributes(value, under(path, "attributes"));
        }
    }

    private void charge(JsonNode charge, String... path) throws IOException {
        if (!charge.isObject()) {
            put(under(path, "shipping_amount"), amount(charge));
            return;
        }
        one(charge, "shipping_id", Standard::text, true, path);
        one(charge, "shipping_method", Standard::text, true, path);
        one(charge, "shipping_amount", this::amount, false, path);
    }

    /** The elements of all lists at a key; what is no list is one. */
    private List<JsonNode> elements(JsonNode doc, String key) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode value : values(doc, key)) {
            if (value.isArray()) {
                value.forEach(found::add);
            } else {
                found.add(value);
            }
        }
        if (!found.isEmpty()) {
            put(new String[] {key}, "#" + found.size());
        }
        return found;
    }

    private void all(JsonNode doc) throws IOException {
        one(doc, "currency", code -> text(code).charAt(0) + text(code).substring(1).toUpperCase(Locale.ROOT), true);
        one(doc, "subtotal", this::amount, false);
        one(doc, "expected_payable", this::amount, false);
        one(doc, "decimals", Standard::count, false);
        for (String key : List.of("customer_id", "customer_tier", "channel", "region", "order_id")) {
            one(doc, key, Standard::text, true);
        }
        one(doc, "completed_orders", Standard::count, false);
        texts(doc, "coupons");
        texts(doc, "customer_segments");
        int i = 0;
        for (JsonNode line : elements(doc, "items")) {
            line(line, "items", String.valueOf(i++));
        }
        i = 0;
        for (JsonNode charge : elements(doc, "shipping")) {
            charge(charge, "shipping", String.valueOf(i++));
        }
    }
}
