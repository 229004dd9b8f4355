<?php
// Reads carts as a backend in PHP does: json_decode to arrays and nothing else.
//
// One request a line, one answer a line, as in standard.mjs. An array cannot tell an
// empty object from an empty list, nor {"0": 1} from [1]: which of them was sent is
// taken from a second reading into objects, and nothing else is.
declare(strict_types=1);

final class Members
{
    public function __construct(public readonly array $values) {}
}

function decode(string $text): mixed
{
    return kinds(json_decode($text, true, 512, JSON_THROW_ON_ERROR), json_decode($text, false, 512, JSON_THROW_ON_ERROR));
}

function kinds(mixed $value, mixed $like): mixed
{
    if (!is_array($value)) {
        return $value;
    }
    $isObject = is_object($like);
    $like = (array) $like;
    foreach ($value as $name => $member) {
        $value[$name] = kinds($member, $like[$name]);
    }
    return $isObject ? new Members($value) : $value;
}

// One text for each decimal: digits without zeros at the ends, exponent.
function decimal(int|float|string $value): string
{
    $text = is_float($value) ? var_export($value, true) : (string) $value;
    if (!preg_match('/^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i', $text, $parts)) {
        return $text; // NAN and INF
    }
    $fraction = $parts[3] ?? '';
    $digits = ltrim($parts[2] . $fraction, '0');
    if ($digits === '') {
        return '0';
    }
    $kept = rtrim($digits, '0');
    $exponent = (int) ($parts[4] ?? 0) - strlen($fraction) + strlen($digits) - strlen($kept);
    return "{$parts[1]}{$kept}e{$exponent}";
}

function unreadable(mixed $value): string
{
    return 'x' . json_encode($value);
}

function text(mixed $value): string
{
    return is_string($value) || is_int($value) && $value >= 0 ? "s$value" : unreadable($value);
}

function is_number(mixed $value): bool
{
    return is_int($value) || is_float($value) || is_string($value) && preg_match('/^\d+(\.\d+)?$/D', $value);
}

// Whether a number, or a text with one, is whole.
function whole(mixed $value): bool
{
    return is_number($value) && (is_int($value) || floor((float) $value) === (float) $value);
}

function count_of(mixed $value): string
{
    return whole($value) ? 'n' . decimal((int) $value) : unreadable($value);
}

function property(mixed $value): string
{
    return match (true) {
        is_string($value) => "s$value",
        is_bool($value) => $value ? 'btrue' : 'bfalse',
        is_int($value), is_float($value) => 'n' . decimal($value),
        default => '',
    };
}

// A backend's reading of one request.
final class Reading
{
    public array $facts = [];

    public function __construct(private readonly array $request) {}

    private function put(array $path, string $value): void
    {
        if ($value !== '') {
            $this->facts[] = [...$path, $value];
        }
    }

    // All values at the paths of a key, those of the first path first.
    private function values(mixed $from, string $key): array
    {
        $found = [];
        foreach ($this->request['routes'] as $route) {
            if ($route['key'] === $key) {
                $this->follow($found, $from, $route['steps'], 0, false);
            }
        }
        return $found;
    }

    private function follow(array &$found, mixed $value, array $steps, int $taken, bool $embedded): void
    {
        if ($embedded && is_string($value)) {
            if ($value === '') {
                return;
            }
            $value = decode($value);
        }
        if ($value === null) {
            return;
        }
        if ($taken === count($steps)) {
            $found[] = $value;
            return;
        }
        $step = $steps[$taken];
        if (is_array($value)) {
            if ($step['kind'] === 'position') {
                $this->follow($found, $value[$step['position']] ?? null, $steps, $taken + 1, $step['embedded']);
                return;
            }
            foreach ($value as $element) {
                if ($step['kind'] === 'each') {
                    $this->follow($found, $element, $steps, $taken + 1, $step['embedded']);
                } else {
                    $this->follow($found, $element, $steps, $taken, false);
                }
            }
        } elseif ($value instanceof Members) {
            if ($step['kind'] === 'each') {
                foreach ($value->values as $member) {
                    $this->follow($found, $member, $steps, $taken + 1, $step['embedded']);
                }
            } elseif ($step['kind'] === 'member') {
                $this->follow($found, $value->values[$step['name']] ?? null, $steps, $taken + 1, $step['embedded']);
            }
        }
    }

    // The one value of a key.
    private function one(mixed $from, string $key, callable $means, array $path = [], mixed $absent = null): string
    {
        $found = array_values(array_filter($this->values($from, $key), fn($value) => $value !== $absent));
        $value = match (count($found)) {
            0 => '',
            1 => $means($found[0]),
            default => 'x' . count($found) . ' values',
        };
        $this->put([...$path, $key], $value);
        return $value;
    }

    private function text(mixed $from, string $key, array $path = []): void
    {
        $this->one($from, $key, text(...), $path, '');
    }

    private function texts(mixed $from, string $key, array $path = []): void
    {
        $commas = array_filter($this->request['routes'], fn($route) => $route['key'] === $key && $route['commas']) !== [];
        $found = [];
        foreach ($this->values($from, $key) as $value) {
            foreach (is_array($value) ? $value : [$value] as $element) {
                if ($element === null) {
                    continue;
                }
                $parts = [text($element)];
                if ($commas) {
                    $parts = array_map(fn($part) => 's' . trim($part, " \t\r\n"), explode(',', substr($parts[0], 1)));
                }
                array_push($found, ...array_filter($parts, fn($part) => $part !== 's'));
            }
        }
        if ($found !== []) {
            $this->put([...$path, $key], '#' . count($found));
        }
        foreach (array_values($found) as $i => $part) {
            $this->put([...$path, $key, (string) $i], $part);
        }
    }

    private function quantity(mixed $value): string
    {
        if (!$this->request['fractional'] || !is_number($value) || whole($value)) {
            return count_of($value);
        }
        return 'w' . decimal((float) $value);
    }

    // The nearest number of minor units, no further than noise.
    private function amount(mixed $value): string
    {
        if (!is_number($value) || $value < 0) {
            return unreadable($value);
        }
        if (!$this->request['major']) {
            return count_of($value);
        }
        $digits = $this->request['digits'];
        $double = (float) $value;
        $nearest = round($double * 10 ** $digits);
        $noise = 1e-6 + $double * 10 ** $digits / 2 ** 51;
        if (abs($double * 10 ** $digits - $nearest) > $noise) {
            return unreadable($value);
        }
        return 'n' . decimal((int) $nearest);
    }

    private function flag(mixed $value): string
    {
        if ($this->request['text_flags'] && is_string($value)) {
            $value = ['true' => true, '1' => true, 'false' => false, '0' => false][$value] ?? null;
        }
        return match ($value) {
            true, 1 => 'btrue',
            false, 0 => '',
            default => unreadable($value),
        };
    }

    private function attributes(mixed $of, array $path): void
    {
        if ($of instanceof Members) {
            foreach ($of->values as $name => $value) {
                $this->put([...$path, "s$name"], property($value)); // names that are integers have become some
            }
        } elseif (is_array($of)) {
            foreach ($of as $pair) {
                foreach ($this->values($pair, 'name') as $name) {
                    foreach ($this->values($pair, 'value') as $value) {
                        $this->put([...$path, text($name)], property($value));
                    }
                }
            }
        } else {
            $this->put($path, unreadable($of));
        }
    }

    private function line(mixed $line, array $path): void
    {
        foreach (['id', 'sku', 'subgroup'] as $key) {
            $this->text($line, $key, $path);
        }
        $this->texts($line, 'category', $path);
        $units = $this->one($line, 'quantity', $this->quantity(...), $path);
        $this->one($line, 'unit_price', $this->amount(...), $path);
        if ($units !== 'n0') {
            $this->one($line, 'line_total', $this->amount(...), $path);
        }
        $this->one($line, 'reduced', $this->flag(...), $path);
        $found = $this->values($line, 'attributes');
        if (count($found) > 1) {
            $this->put([...$path, 'attributes'], 'x several');
        }
        foreach ($found as $value) {
            $this->attributes($value, [...$path, 'attributes']);
        }
    }

    private function charge(mixed $charge, array $path): void
    {
        if (!$charge instanceof Members) {
            $this->put([...$path, 'shipping_amount'], $this->amount($charge));
            return;
        }
        $this->text($charge, 'shipping_id', $path);
        $this->text($charge, 'shipping_method', $path);
        $this->one($charge, 'shipping_amount', $this->amount(...), $path);
    }

    // The elements of all lists at a key; what is no list is one.
    private function each(mixed $doc, string $key, callable $read): void
    {
        $found = [];
        foreach ($this->values($doc, $key) as $value) {
            array_push($found, ...(is_array($value) ? $value : [$value]));
        }
        if ($found !== []) {
            $this->put([$key], '#' . count($found));
        }
        foreach ($found as $i => $value) {
            $read($value, [$key, (string) $i]);
        }
    }

    public function all(mixed $doc): array
    {
        $this->one($doc, 'currency', fn($value) => is_string($value) ? 's' . strtoupper($value) : unreadable($value), [], '');
        $this->one($doc, 'subtotal', $this->amount(...));
        $this->one($doc, 'expected_payable', $this->amount(...));
        $this->one($doc, 'decimals', count_of(...));
        foreach (['customer_id', 'customer_tier', 'channel', 'region', 'order_id'] as $key) {
            $this->text($doc, $key);
        }
        $this->one($doc, 'completed_orders', count_of(...));
        $this->texts($doc, 'coupons');
        $this->texts($doc, 'customer_segments');
        $this->each($doc, 'items', $this->line(...));
        $this->each($doc, 'shipping', $this->charge(...));
        return $this->facts;
    }
}

ini_set('precision', '17');
ini_set('serialize_precision', '-1');
while (($line = fgets(STDIN)) !== false) {
    try {
        $request = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        $answer = ['cart' => (new Reading($request))->all(decode(base64_decode($request['body'])))];
    } catch (Throwable $error) { // whatever a backend would fail with
        $answer = ['error' => get_class($error) . ': ' . $error->getMessage()];
    }
    fwrite(STDOUT, json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}
