<?php

// An order service that requires the verifier.

declare(strict_types=1);

require __DIR__ . '/../../php/verify.php';

[, $token, $key_file, $issuer, $audience, $body_file] = $argv;
[$algorithm, $key] = read_key(read($key_file));
echo verify($token, $algorithm, $key, $issuer, $audience, read($body_file), null, time())['amount'], "\n";
