#pragma once

#include <string>
#include <string_view>

#include "mentara/domain/failure.h"
#include "wire/http/message.h"

// How REST answers: {success:true, data} or the failure ack of the contract, with the status that fits its code.
namespace mentara::api {

int status_of(Code code);

// `ack`: the JSON text of the contract's ack, whose fields beside `success` are the data.
wire::http::Response success(std::string_view ack);
wire::http::Response failure(const Failure& failure);

} // namespace mentara::api
