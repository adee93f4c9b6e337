<?php
// The call on PHP's built-in server. Started as a program, this file serves itself: it prints the
// port once the server listens, and ends it when the standard input ends.
declare(strict_types=1);

const API_USER = 'boutique';
const API_KEY = '0e462097431906509019562988736854';
const CUSTOMERS = [
    'élodie@crème.example' => ['Brûlée & "Cie" <2>', 250, 40],
    'éric@crème.example' => ['Café ☕ 漢字', 100, 180],
];

if (PHP_SAPI === 'cli') {
    serve();
    exit;
}
respond();

function serve(): void
{
    $command = [PHP_BINARY, '-d', 'display_errors=0', '-S', '127.0.0.1:0', __FILE__];
    $server = proc_open($command, [2 => ['pipe', 'w']], $pipes);
    for ($log = ''; !preg_match('~127\.0\.0\.1:(\d+)\) started~', $log, $found);) {
        $log .= fgets($pipes[2]);
    }
    echo $found[1], "\n";
    while (true) {
        $readable = [STDIN, $pipes[2]];
        $none = null;
        stream_select($readable, $none, $none, null);
        if (in_array($pipes[2], $readable, true)) {
            fread($pipes[2], 65536);
        }
        if (in_array(STDIN, $readable, true) && fread(STDIN, 1024) === '') {
            break;
        }
    }
    proc_terminate($server, SIGKILL);
}

function respond(): void
{
    $format = pathinfo(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), PATHINFO_EXTENSION);
    [$status, $content] = judge($_REQUEST);
    http_response_code($status);
    header($format === 'json' ? 'Content-Type: text/javascript' : 'Content-Type: text/xml; charset=UTF-8');
    echo $format === 'json' ? json($content) : xml($content);
}

function judge(array $given): array
{
    $errors = [];
    foreach (['api_user', 'api_key', 'task', 'user'] as $name) {
        if (!is_string($given[$name] ?? null) || $given[$name] === '') {
            $errors[] = "Parameter $name is required.";
        }
    }
    if ($errors !== []) {
        return [400, $errors];
    }
    if ($given['api_user'] !== API_USER || !hash_equals(API_KEY, $given['api_key'])) {
        return [401, ["Access denied for {$given['api_user']}."]];
    }
    if ($given['task'] !== 'overview') {
        return [400, ["Unknown task: {$given['task']}"]];
    }
    if (!array_key_exists($given['user'], CUSTOMERS)) {
        return [404, ["Unknown user: {$given['user']}"]];
    }
    return [200, overview(CUSTOMERS[$given['user']])];
}

function overview(array $account): array
{
    [$package, $allowed, $used] = $account;
    $start = new DateTimeImmutable('2011-12-31');
    return [
        'reputation' => '97',
        'requests' => $used,
        'package' => $package,
        'credits_allowed' => (string) $allowed,
        'credits_used' => (string) $used,
        'credits_remain' => max($allowed - $used, 0),
        'credits_overage' => max($used - $allowed, 0),
        'billing_start_date' => $start->format('Y-m-d'),
        'billing_end_date' => $start->modify('+30 days')->format('Y-m-d'),
        'billing_process_date' => $start->modify('+31 days')->format('Y-m-d'),
    ];
}

function json(array $content): string
{
    $envelope = array_is_list($content) ? ['message' => 'error', 'errors' => $content] : $content;
    return json_encode($envelope, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
}

function xml(array $content): string
{
    $inner = '';
    foreach ($content as $name => $text) {
        $tag = is_int($name) ? 'error' : $name;
        $flags = ENT_XML1 | ENT_QUOTES | ENT_SUBSTITUTE | ENT_DISALLOWED;
        $inner .= "<$tag>" . htmlspecialchars((string) $text, $flags, 'UTF-8') . "</$tag>\n";
    }
    $body = array_is_list($content)
        ? "<message>error</message>\n<errors>\n$inner</errors>"
        : "<overview>\n$inner</overview>";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<result>\n$body\n</result>\n";
}
