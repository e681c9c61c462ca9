"""What a plugin of jwhost in Python needs: handshake, mutual TLS, serving, host calls.

    plugin = Plugin("hello", "1.0.0", grants=["metrics.read"])

    @plugin.action(doc="says hello", idempotent=True)
    def say(inv, to: str, loudly: bool = False):
        return f"hello {to}"

    plugin.serve()

An action's parameters are its arguments: str, float, bool, timedelta, list, dict,
Command and Argv. One without a default is required. What it returns is the
outcome's output, what it raises is its failure. Copy this file and the folder
jwhost/ beside your plugin; docs/plugins.md says the rest.
"""

import base64, datetime, inspect, json, logging, os, queue, re, sys, threading, traceback
from concurrent import futures

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jwhost.plugin.v1 import plugin_pb2 as pb

# Standard output is for the handshake line alone: what else is printed is log.
_handshake = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

LIMIT = 16 << 20  # of a message, either way
log = logging.getLogger("plugin")


class Command(str):
    """A shell command: its value is the argument's name, and inv.exec runs it."""


class Argv(str):
    """A program and its arguments, likewise."""


_TYPES = {str: "TEXT", float: "NUMBER", bool: "BOOL", datetime.timedelta: "DURATION",
          list: "TEXTS", dict: "MAP", Command: "COMMAND", Argv: "ARGV"}


class HostError(Exception):
    """The host did not do what was asked; see pb.HostError."""

    def __init__(self, error):
        super().__init__("; ".join(filter(None, [error.message, error.remedy])))
        self.code, self.grant = error.code, error.grant


class Retry(Exception):
    """A failure that may be none after so many seconds."""

    def __init__(self, message, after=0.0):
        super().__init__(message)
        self.after = after


class Invocation:
    """One attempt of an action, and the way to the host."""

    def __init__(self, message, out, context):
        self.message = message  # pb.Invocation: id, attempt, job, match, captures, …
        self._out, self._context, self._calls, self._lock = out, context, {}, threading.Lock()

    def active(self):
        """False once the invocation is cancelled or over its deadline."""
        return self._context.is_active()

    def progress(self, message):
        self._out.put(pb.RunResponse(progress=pb.Progress(message=message)))

    def exec(self, command):
        """Runs the command of an argument (grant exec); returns a pb.ExecResult."""
        return self._call(exec=pb.ExecCall(attribute=command)).exec

    def logs(self, stream="", lines=100):
        """The last lines of the job as bytes (grant logs.read)."""
        parts = []
        self._call(parts.append, read_logs=pb.ReadLogsCall(stream=stream, lines=lines))
        return b"".join(parts).splitlines()

    def metrics(self):
        """The job's metrics by name, each a pb.Metric (grant metrics.read)."""
        return dict(self._call(read_metrics=pb.ReadMetricsCall()).read_metrics.metrics)

    def cancel_job(self, reason):
        """Ends the job (grant job.control)."""
        self._call(cancel_job=pb.CancelJobCall(reason=reason))

    def _call(self, chunk=None, **what):
        answers = queue.Queue()
        with self._lock:
            number = max(self._calls, default=0) + 1
            self._calls[number] = answers
        self._out.put(pb.RunResponse(call=pb.HostCall(call_id=number, **what)))
        while (m := answers.get()) is not None:
            if m.HasField("chunk"):
                if chunk:
                    chunk(m.chunk.data)
                self._out.put(pb.RunResponse(more=pb.HostMore(call_id=number)))
                continue
            with self._lock:
                del self._calls[number]
            if m.result.HasField("error"):
                raise HostError(m.result.error)
            return m.result
        raise ConnectionError("the invocation is over")

    def _receive(self, requests):
        try:
            for m in requests:
                number = m.chunk.call_id if m.HasField("chunk") else m.result.call_id
                with self._lock:
                    answers = self._calls.get(number)
                if answers:
                    answers.put(m)
        except grpc.RpcError:
            pass  # cancelled
        with self._lock:
            for answers in self._calls.values():
                answers.put(None)


class Plugin:
    def __init__(self, name, version, grants=(), configure=None):
        self.name, self.version, self.grants = name, version, list(grants)
        self.configure, self.actions = configure, {}

    def action(self, doc="", idempotent=False, cancels=False):
        def register(function):
            self.actions[function.__name__] = (function, doc, idempotent, cancels)
            return function
        return register

    def describe(self, request, context):
        answer = pb.DescribeResponse(name=self.name, version=self.version, grants=self.grants,
                                     config=_attributes(self.configure, 0) if self.configure else [])
        for name, (function, doc, idempotent, cancels) in self.actions.items():
            flags = [pb.ACTION_FLAG_IDEMPOTENT] * idempotent + [pb.ACTION_FLAG_CANCELS] * cancels
            answer.actions.add(name=name, doc=doc, flags=flags, attributes=_attributes(function, 1))
        return answer

    def configured(self, request, context):
        answer = pb.ConfigureResponse()
        try:
            if self.configure:
                self.configure(**_arguments(self.configure, json.loads(request.config_json or b"{}")))
        except Exception as e:
            answer.diagnostics.add(severity=pb.DIAGNOSTIC_SEVERITY_ERROR, summary=str(e) or repr(e))
        return answer

    def run(self, requests, context):
        message = next(requests).invocation
        if message.action not in self.actions:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no action {message.action!r}")
        out = queue.Queue()
        inv = Invocation(message, out, context)
        context.add_callback(lambda: out.put(None))
        threading.Thread(target=inv._receive, args=(requests,), daemon=True).start()
        threading.Thread(target=self._act, args=(inv, out), daemon=True).start()
        while (m := out.get()) is not None:
            yield m
            if m.HasField("outcome"):
                return

    def _act(self, inv, out):
        function = self.actions[inv.message.action][0]
        outcome = pb.Outcome(succeeded=True)
        try:
            result = function(inv, **_arguments(function, json.loads(inv.message.arguments_json or b"{}")))
            outcome.output = result if isinstance(result, bytes) else str(result or "").encode("utf-8", "replace")
        except BaseException as e:  # an action's exit is no exit of the plugin
            log.debug(traceback.format_exc())
            outcome = pb.Outcome(error=str(e) or repr(e), retryable=isinstance(e, Retry))
            if isinstance(e, Retry) and e.after > 0:
                outcome.retry_after.FromTimedelta(datetime.timedelta(seconds=e.after))
        out.put(pb.RunResponse(outcome=outcome))

    def serve(self):
        if os.environ.get("JWHOST_PLUGIN") != "a8f06bd7c6d14bd4":
            sys.exit(f"This is a plugin of jwhost: name it as the source of a block plugin {self.name!r}.")
        levels = {"trace": 10, "debug": 10, "info": 20, "warn": 30, "error": 40, "off": 100}
        logging.basicConfig(level=levels.get(os.environ.get("JWHOST_LOG_LEVEL"), 20))
        logging.getLogger().handlers[0].setFormatter(_Hclog())
        if "JWHOST_LIFELINE" in os.environ:  # the pipe ends with the host, and so do we
            lifeline = int(os.environ["JWHOST_LIFELINE"])
            threading.Thread(target=lambda: (os.read(lifeline, 1), os._exit(0)), daemon=True).start()
        key, certificate = _certificate()
        options = [("grpc.max_receive_message_length", LIMIT), ("grpc.max_send_message_length", LIMIT)]
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), options=options)
        unary, stream, text = grpc.unary_unary_rpc_method_handler, grpc.stream_stream_rpc_method_handler, lambda m: m.SerializeToString()
        server.add_generic_rpc_handlers((
            grpc.method_handlers_generic_handler("jwhost.plugin.v1.PluginService", {
                "Describe": unary(self.describe, pb.DescribeRequest.FromString, text),
                "Configure": unary(self.configured, pb.ConfigureRequest.FromString, text),
                "Validate": unary(lambda r, c: pb.ValidateResponse(), pb.ValidateRequest.FromString, text),
                "Run": stream(self.run, pb.RunRequest.FromString, text)}),
            # How go-plugin asks a plugin to end; its message is empty.
            grpc.method_handlers_generic_handler("plugin.GRPCController", {
                "Shutdown": unary(lambda r, c: (threading.Timer(0.1, os._exit, (0,)).start(), b"")[1])})))
        path = os.path.join(os.environ["PLUGIN_UNIX_SOCKET_DIR"], "python")
        server.add_secure_port("unix:" + path, grpc.ssl_server_credentials(
            [(key, certificate.public_bytes(serialization.Encoding.PEM))],
            root_certificates=os.environ["PLUGIN_CLIENT_CERT"].encode(), require_client_auth=True))
        server.start()
        der = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode().rstrip("=")
        print(f"1|1|unix|{path}|grpc|{der}", file=_handshake, flush=True)
        server.wait_for_termination()


def _attributes(function, skip):
    for p in list(inspect.signature(function).parameters.values())[skip:]:
        attribute = pb.Attribute(name=p.name, type=getattr(pb, "ATTRIBUTE_TYPE_" + _TYPES[p.annotation]))
        attribute.required = p.default is inspect.Parameter.empty
        if isinstance(p.default, bool):
            attribute.default = str(p.default).lower()
        elif isinstance(p.default, (str, int, float)):
            attribute.default = str(p.default)
        elif isinstance(p.default, datetime.timedelta):
            attribute.default = f"{p.default.total_seconds()}s"
        yield attribute


def _arguments(function, values):
    """The values that are given, as the function's annotations want them."""
    arguments = {}
    for p in inspect.signature(function).parameters.values():
        value = values.get(p.name)
        if p.annotation in (Command, Argv) and value:
            arguments[p.name] = p.annotation(p.name)
        elif p.annotation is datetime.timedelta and value is not None:
            arguments[p.name] = _duration(value)
        elif value is not None:
            arguments[p.name] = value
    return arguments


def _duration(text):
    """Reads Go's form: 1h30m0.5s, 250ms."""
    units = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return datetime.timedelta(seconds=sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)(h|ms|us|µs|ns|m|s)", text)))


def _certificate():
    """A key on P-256 (grpcio refuses go-plugin's P-521) and a certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + 3650 * day)
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                   .sign(key, hashes.SHA256()))
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()), certificate


class _Hclog(logging.Formatter):
    """Lines as go-hclog writes them, so that the host knows their level."""

    def format(self, record):
        level = {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower())
        return json.dumps({"@level": level, "@message": record.getMessage() + ("\n" + traceback.format_exc() if record.exc_info else ""), "@module": record.name})
