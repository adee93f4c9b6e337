# The call on WEBrick, Ruby's own HTTP server. Prints its port once it listens, and ends with its
# standard input.
require 'date'
require 'json'
require 'rexml/document'
require 'uri'
require 'webrick'

API_USER = 'ルビー'.freeze
API_KEY = 'rouge; vert, "bleu" #{1}'.freeze
CUSTOMERS = {
  "o'neil" => ["Zoë's \"Best\" <em>", 2**31, 2**31 - 1],
  'naïve café' => ['Grün & Co', 600, 650]
}.freeze

def overview(package, allowed, used)
  start = Date.new(2010, 1, 30)
  {
    reputation: 64, requests: used.to_s, package: package,
    credits_allowed: allowed, credits_used: used,
    credits_remain: [allowed - used, 0].max, credits_overage: [used - allowed, 0].max,
    billing_start_date: start.iso8601, billing_end_date: ((start >> 1) - 1).iso8601,
    billing_process_date: (start >> 1).iso8601
  }
end

def judge(query)
  given = URI.decode_www_form(query).to_h
  raise ArgumentError, 'the query is not UTF-8' unless given.all? { |pair| pair.all?(&:valid_encoding?) }

  required = %w[api_user api_key task user]
  missing = required.select { |name| given.fetch(name, '').empty? }
  return [400, missing.map { |name| "#{name} can't be blank" }] unless missing.empty?
  return [403, ['Forbidden']] unless given['api_user'] == API_USER && given['api_key'] == API_KEY
  return [400, ["#{given['task']} is no task"]] unless given['task'] == 'overview'

  account = CUSTOMERS[given['user']]
  account ? [200, overview(*account)] : [404, ["#{given['user']} was not found"]]
rescue ArgumentError => e
  [400, [e.message]]
end

def xml(content)
  document = REXML::Document.new
  document << REXML::XMLDecl.new('1.0', 'UTF-8')
  result = document.add_element('result')
  if content.is_a?(Hash)
    parent = result.add_element('overview')
    content.each { |name, value| parent.add_element(name.to_s).text = value.to_s }
  else
    result.add_element('message').text = 'error'
    parent = result.add_element('errors')
    content.each { |text| parent.add_element('error').text = text.gsub(/[^\t\n\r -\uFFFD\u{10000}-\u{10FFFF}]/, '�') }
  end
  document.to_s
end

server = WEBrick::HTTPServer.new(
  BindAddress: '127.0.0.1', Port: 0, AccessLog: [], Logger: WEBrick::Log.new(File::NULL)
)
server.mount_proc('/') do |request, response|
  response.status, content = judge(request.query_string.to_s)
  if request.path.end_with?('.xml')
    response['Content-Type'] = 'text/xml'
    response.body = xml(content)
  else
    response['Content-Type'] = 'application/json; charset=utf-8'
    envelope = content.is_a?(Hash) ? content : { message: 'error', errors: content }
    response.body = JSON.generate(envelope)
  end
end
Thread.new do
  $stdin.read
  exit!
end
$stdout.puts server.listeners.first.addr[1]
$stdout.flush
server.start
